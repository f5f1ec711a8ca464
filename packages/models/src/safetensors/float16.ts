/** Bits of a single-precision number. */
const bits = new Uint32Array(1);
const single = new Float32Array(bits.buffer);

const INFINITE = 0x7c00;
/** One of the numbers that are none, as IEEE 754 prefers it: without a payload, quiet. */
const NOT_A_NUMBER = 0x7e00;

/** Bits of 2^-14, the smallest number with all 11 digits, and of 65,520, from which on numbers round to infinity. */
const [SMALLEST_NORMAL, TOO_LARGE] = [0x38800000, 0x477ff000];
/** Bits of the infinite single-precision number: what is above is no number. */
const SINGLE_INFINITE = 0x7f800000;

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
export function widenF16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const words = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const exponent = half & INFINITE;
    // A power for each number would take most of the time that a file takes.
    if (exponent === 0) values[i] = (half & 0x8000 ? -1 : 1) * (half & 0x3ff) * 2 ** -24;
    else
      words[i] =
        ((half & 0x8000) << 16) |
        (exponent === INFINITE ? SINGLE_INFINITE : (exponent << 13) + ((127 - 15) << 23)) |
        ((half & 0x3ff) << 13);
  }
  return values;
}

/** The nearest binary16 of each number, of two that are equally near the one that ends in 0 (roundTiesToEven). */
export function narrowF16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    single[0] = values[i]!;
    const sign = (bits[0]! >>> 16) & 0x8000;
    const magnitude = bits[0]! & 0x7fffffff;
    halves[i] = sign | narrowed(magnitude, Math.abs(values[i]!));
  }
  return halves;
}

function narrowed(magnitude: number, value: number): number {
  if (magnitude > SINGLE_INFINITE) return NOT_A_NUMBER;
  if (magnitude >= TOO_LARGE) return INFINITE;
  if (magnitude < SMALLEST_NORMAL) return roundedToEven(value * 2 ** 24);
  // 13 digits fall away. A carry into the exponent is the next larger number, as it should be.
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return (rounded - ((127 - 15) << 23)) >>> 13;
}

function roundedToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
