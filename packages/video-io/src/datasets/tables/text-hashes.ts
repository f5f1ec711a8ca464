import type { TextBlock } from './text-block.js';

/** Two 32-bit halves of a hash. */
export type HalvesOfHash = Uint32Array;

/**
 * Hashes the part of a block from `from` to `to`, exclusive, where it stands: cutting the text out first would take longer.
 * Two multiply-and-rotate hashes with different constants, four bytes at a time, each finished by MurmurHash3's mixer.
 *
 * @param at place of the first half in `hash`, which is written to.
 */
export function hashText(
  { bytes, view }: TextBlock,
  from: number,
  to: number,
  hash: HalvesOfHash,
  at: number,
): void {
  let low = 0x243f6a88;
  let high = 0x85a308d3;
  const length = to - from;
  const whole = to - (length % 4);
  for (let place = from; place <= whole; place += 4) {
    const word = place < whole ? view.getInt32(place) : lastWord(bytes, place, to);
    low = Math.imul(low ^ word, 0x9e3779b1);
    low = (low << 13) | (low >>> 19);
    high = Math.imul(high ^ word, 0x85ebca77);
    high = (high << 17) | (high >>> 15);
  }
  hash[at] = finish(low ^ length);
  hash[at + 1] = finish(high ^ length);
}

/** Up to three bytes and zeros. Those that end in zeros themselves differ by their length. */
function lastWord(bytes: Buffer, from: number, to: number): number {
  let word = 0;
  for (let at = to - 1; at >= from; at--) word = (word << 8) | bytes[at]!;
  return word;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
