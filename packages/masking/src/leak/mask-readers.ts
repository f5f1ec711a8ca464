import { rankDescending } from '../rank.js';
import type { TokenMask } from '../strategy.js';
import { tokenCount } from '../token-grid.js';

/** Masks whose classes are known. */
export interface LabelledMasks {
  readonly masks: readonly TokenMask[];
  /** [masks] class numbers from 0. */
  readonly classes: readonly number[];
  readonly classCount: number;
}

/** Learns from some masks to name the class of another. */
export type MaskReader = (known: LabelledMasks) => (mask: TokenMask) => number;

/**
 * Reads each place by itself: naive Bayes on whether each token is masked, classes equally likely, one clip more of
 * each kind counted than seen (Laplace).
 */
export const readPlaces: MaskReader = ({ masks, classes, classCount }) => {
  const tokens = tokenCount(masks[0]!.grid);
  const maskedTimes = Array.from({ length: classCount }, () => new Float64Array(tokens));
  const clips = new Float64Array(classCount);
  masks.forEach(({ masked }, clip) => {
    const counts = maskedTimes[classes[clip]!]!;
    for (const token of masked) counts[token]! += 1;
    clips[classes[clip]!]! += 1;
  });
  const share = (of: number, token: number) => (maskedTimes[of]![token]! + 1) / (clips[of]! + 2);
  const weights = maskedTimes.map((counts, of) =>
    counts.map((_, token) => Math.log(share(of, token) / (1 - share(of, token)))),
  );
  const allVisible = maskedTimes.map((counts, of) =>
    counts.reduce((sum, _, token) => sum + Math.log(1 - share(of, token)), 0),
  );
  return ({ masked }) =>
    largest(
      weights.map((weight, of) => masked.reduce((sum, token) => sum + weight[token]!, allVisible[of]!)),
    );
};

/** Masks that vote. */
const VOTES = 15;

/** Reads the places together: the commonest class of the 15 masks that differ in the fewest tokens. */
export const readNearest: MaskReader = ({ masks, classes, classCount }) => {
  const known = masks.map(maskedBits);
  return (mask) => {
    const bits = maskedBits(mask);
    const nearness = known.map((other) => -differing(bits, other));
    const votes = new Array<number>(classCount).fill(0);
    for (const clip of rankDescending(nearness).slice(0, VOTES)) votes[classes[clip]!]! += 1;
    return largest(votes);
  };
};

function largest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}

/** Flags that fit in one word. */
const WORD = 32;

/** [ceil(tokens / 32)] one bit a token, 1 where it is masked. */
function maskedBits({ grid, masked }: TokenMask): Uint32Array {
  const bits = new Uint32Array(Math.ceil(tokenCount(grid) / WORD));
  for (const token of masked) bits[Math.floor(token / WORD)]! |= 1 << (token % WORD);
  return bits;
}

/** How many tokens are masked in one of the two only. */
function differing(own: Uint32Array, other: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < own.length; word += 1) count += ones(own[word]! ^ other[word]!);
  return count;
}

/** Bits of a word that are 1, summed in pairs, fours, bytes and then all (Warren, Hacker's Delight, section 5-1). */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
