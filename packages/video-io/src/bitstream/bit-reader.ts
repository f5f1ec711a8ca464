/** Reads bits from the most significant on. Past the end it reads zeros and says so. */
export interface BitReader {
  readonly exhausted: boolean;
  /** An unsigned number of `count` bits, at most 31. */
  bits(count: number): number;
  /** An Exp-Golomb number of ITU-T H.264, 9.1, unsigned. */
  unsigned(): number;
  /** The same, signed. */
  signed(): number;
}

export function bitReader(bytes: Uint8Array): BitReader {
  let at = 0;
  const bit = (): number => {
    const value = ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
    at++;
    return value;
  };
  const bits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + bit();
    return value;
  };
  const unsigned = (): number => {
    let zeros = 0;
    while (zeros < 31 && bit() === 0) zeros++;
    return 2 ** zeros - 1 + bits(zeros);
  };
  return {
    get exhausted() {
      return at > bytes.length * 8;
    },
    bits,
    unsigned,
    signed() {
      const value = unsigned();
      return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
    },
  };
}

/** The payload of an H.264 or HEVC unit: a 3 after two zeros is there only to break up start codes. */
export function unescapeNal(unit: Buffer): Buffer {
  const bytes: number[] = [];
  let zeros = 0;
  for (const byte of unit) {
    const breaker = zeros >= 2 && byte === 3;
    if (!breaker) bytes.push(byte);
    zeros = byte === 0 && !breaker ? zeros + 1 : 0;
  }
  return Buffer.from(bytes);
}
