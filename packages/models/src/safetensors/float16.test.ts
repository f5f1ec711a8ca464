import { seededRandom } from '@tgm/masking';
import { expect, it } from 'vitest';
import { narrowF16, widenF16 } from './float16.js';

const ALL = Uint16Array.from({ length: 2 ** 16 }, (_, half) => half);
const numbers = widenF16(ALL);
/** The finite ones from 0 up, [31,744]: half number `n` is the `n`th of them. */
const rising = numbers.subarray(0, 0x7c00);

it('widens by hand', () => {
  // 1.0, -2.0, the largest (65504), the smallest normal 2^-14 and subnormal 2^-24, -0, infinity, NaN
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0x7e00);
  expect([...widenF16(halves)]).toEqual([1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, NaN]);
});

it('gives back all 65,536 values', () => {
  const back = narrowF16(numbers);
  const wrong = [...ALL].filter((half) =>
    Number.isNaN(numbers[half]!) ? (back[half]! & 0x7fff) !== 0x7e00 : back[half] !== half,
  );
  expect(wrong).toEqual([]);
  // Those that are no numbers: 2 x 1023.
  expect(numbers.filter(Number.isNaN)).toHaveLength(2046);
});

it('rounds what lies between any two neighbours to the nearer one, and half-way to the even one', () => {
  expect(rising.every((value, at) => at === 0 || value > rising[at - 1]!)).toBe(true);
  const gaps = rising.length - 1;
  const between = (share: number): Float32Array =>
    Float32Array.from(
      { length: gaps },
      (_, half) => rising[half]! + share * (rising[half + 1]! - rising[half]!),
    );
  const evens = Uint16Array.from({ length: gaps }, (_, half) => half + (half % 2));
  expect(narrowF16(between(0.25))).toEqual(ALL.slice(0, gaps));
  expect(narrowF16(between(0.5))).toEqual(evens);
  expect(narrowF16(between(0.75))).toEqual(ALL.slice(1, gaps + 1));
  expect(narrowF16(between(0.5).map((value) => -value))).toEqual(evens.map((half) => half | 0x8000));
});

it('is the nearest of all values, of any number', () => {
  const random = seededRandom('halves');
  const drawn = Float32Array.from(
    { length: 20_000 },
    () => (random() - 0.5) * 2 ** Math.floor(random() * 42 - 26),
  );
  const halves = narrowF16(drawn);
  const wrong = [...drawn].filter((value, at) => {
    const half = halves[at]! & 0x7fff;
    const distance = (of: number): number => Math.abs((rising[of] ?? Infinity) - Math.abs(value));
    const near = distance(half) <= distance(half - 1) && distance(half) <= distance(half + 1);
    return !near || halves[at]! >> 15 !== Number(value < 0 || Object.is(value, -0));
  });
  expect(wrong).toEqual([]);
  expect(halves.some((half) => (half & 0x7fff) < 0x400)).toBe(true); // small ones too
});

it('is infinite from half-way behind the largest one on', () => {
  const edge = Float32Array.of(65519.996, 65520, -65520, 1e9, -Infinity, NaN);
  expect([...narrowF16(edge)]).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00, 0xfc00, 0x7e00]);
});
