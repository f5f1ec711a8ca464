/** Everything in a tar file comes in blocks of this many bytes. */
export const TAR_BLOCK = 512;

/** What a tar header says. `type` is its type flag: `0` a file, `x` extended headers, `L` a long name, … */
export interface TarHeader {
  readonly name: string;
  /** Bytes of content behind the header, before padding to whole blocks. */
  readonly size: number;
  readonly type: string;
}

/** Fields of a POSIX ustar header: offset and length. */
const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const OWNER = [108, 8] as const;
const GROUP = [116, 8] as const;
const SIZE = [124, 12] as const;
const MODIFIED = [136, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE = 156;
const MAGIC = 257;
const PREFIX = [345, 155] as const;

/** Largest size that eleven octal digits hold: 8 GiB. */
export const LARGEST_MEMBER = 8 ** 11 - 1;

/** Bytes that content takes in a tar file. */
export function paddedSize(size: number): number {
  return Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
}

/**
 * A header without owner or time, so that the same content always gives the same bytes. `name` of at most 100 bytes.
 */
export function encodeTarHeader({ name, size, type }: TarHeader): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  block.write(name, NAME[0], NAME[1], 'utf8');
  const octal = ([offset, length]: readonly [number, number], value: number): void => {
    block.write(value.toString(8).padStart(length - 1, '0'), offset, length - 1, 'latin1');
  };
  octal(MODE, 0o644);
  octal(OWNER, 0);
  octal(GROUP, 0);
  octal(SIZE, size);
  octal(MODIFIED, 0);
  block.write(type, TYPE, 'latin1');
  block.write('ustar\u000000', MAGIC, 'latin1');
  block.write(`${checksumOf(block).toString(8).padStart(6, '0')}\u0000 `, CHECKSUM[0], 'latin1');
  return block;
}

/** Undefined when the block is not a header. */
export function decodeTarHeader(block: Buffer): TarHeader | undefined {
  if (readNumber(block, CHECKSUM) !== checksumOf(block)) return undefined;
  const size = readNumber(block, SIZE);
  if (!Number.isSafeInteger(size) || size < 0) return undefined;
  const prefix = block.toString('latin1', MAGIC, MAGIC + 6) === 'ustar\u0000' ? readText(block, PREFIX) : '';
  const name = readText(block, NAME);
  return { name: prefix ? `${prefix}/${name}` : name, size, type: String.fromCharCode(block[TYPE] || 0x30) };
}

/** Sum of the header's bytes with the checksum's own eight taken as spaces. */
function checksumOf(block: Buffer): number {
  let sum = CHECKSUM[1] * 0x20;
  for (let i = 0; i < TAR_BLOCK; i++) {
    if (i < CHECKSUM[0] || i >= CHECKSUM[0] + CHECKSUM[1]) sum += block[i]!;
  }
  return sum;
}

function readText(block: Buffer, [offset, length]: readonly [number, number]): string {
  const field = block.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** Octal digits, or GNU's big-endian binary with the first bit set. */
function readNumber(block: Buffer, [offset, length]: readonly [number, number]): number {
  if ((block[offset]! & 0x80) === 0)
    return Number.parseInt(readText(block, [offset, length]).trim() || '0', 8);
  let value = block[offset]! & 0x7f;
  for (let i = 1; i < length; i++) value = value * 256 + block[offset + i]!;
  return value;
}
