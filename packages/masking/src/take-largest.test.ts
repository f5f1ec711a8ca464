import { chooseIndices, normal, type Random, seededRandom, uniformIndex } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { rankDescending } from './rank.js';
import { takeLargest, takeSmallest } from './take-largest.js';

/** What is taken, by the slow way: rank all, take the first. */
function byRank(scores: Float32Array, count: number, ties?: Uint32Array): string {
  const taken = new Uint8Array(scores.length);
  for (const place of rankDescending(scores, ties).slice(0, count)) taken[place] = 1;
  return taken.join('');
}

const drawn = (length: number, draw: (place: number) => number) =>
  Float32Array.from({ length }, (_, place) => draw(place));

/** Scores of many shapes: even, bell, tied, almost all zero, far outliers, halving, the ends of float32. */
const shapes: Record<string, (length: number, random: Random) => Float32Array> = {
  even: (length, random) => drawn(length, random),
  bell: (length, random) => drawn(length, () => normal(random)),
  'all the same': (length) => drawn(length, () => 0.25),
  'three values': (length, random) => drawn(length, () => uniformIndex(3, random) - 1),
  'nearly all zero': (length, random) => drawn(length, () => (random() < 0.9 ? 0 : normal(random))),
  'zeros of both signs': (length, random) => drawn(length, () => (random() < 0.5 ? 0 : -0)),
  'one far away': (length, random) => drawn(length, (place) => (place === 3 ? 1e30 : random())),
  halving: (length) => drawn(length, (place) => 2 ** -place),
  'the ends of float32': (length, random) => drawn(length, () => (random() - 0.5) * 6.8e38),
  'the smallest steps': (length, random) => drawn(length, () => uniformIndex(4, random) * 1e-45),
  'neighbours of one': (length, random) => drawn(length, () => 1 + uniformIndex(9, random) * 2 ** -23),
  infinite: (length, random) => drawn(length, () => (random() < 0.3 ? 1 / 0 : normal(random))),
};

describe('takeLargest and takeSmallest take what a full ranking puts first', () => {
  for (const [name, make] of Object.entries(shapes)) {
    it(name, () => {
      const random = seededRandom('take', name);
      for (const length of [1, 2, 7, 8, 9, 16, 17, 196, 1000]) {
        for (let trial = 0; trial < 4; trial += 1) {
          const scores = make(length, random);
          const negated = scores.map((score) => -score);
          const orders = [undefined, chooseIndices(length, length, random), new Uint32Array(length)];
          for (const count of [0, 1, length - 1, length, uniformIndex(length + 1, random)]) {
            for (const ties of orders) {
              const largest = new Uint8Array(length);
              takeLargest(scores, count, largest, ties);
              expect(largest.join('')).toBe(byRank(scores, count, ties));
              const smallest = new Uint8Array(length);
              takeSmallest(scores, count, smallest, ties);
              expect(smallest.join('')).toBe(byRank(negated, count, ties));
            }
          }
        }
      }
    });
  }
});

describe('takeLargest', () => {
  it('by hand: equal scores by ties, then by place', () => {
    const take = (count: number, ties?: number[]) => {
      const taken = new Uint8Array(5);
      const scores = Float32Array.of(1, 3, 2, 3, 3);
      takeLargest(scores, count, taken, ties && Uint32Array.from(ties));
      return taken.join('');
    };
    expect([take(1), take(2), take(4)]).toEqual(['01000', '01010', '01111']);
    expect([take(1, [0, 9, 0, 4, 8]), take(2, [0, 9, 0, 4, 8]), take(2, [0, 4, 0, 9, 4])]).toEqual([
      '00010',
      '00011',
      '01001',
    ]);
  });

  it('leaves what is taken already, and the scores', () => {
    const taken = Uint8Array.of(0, 0, 1);
    const scores = Float32Array.of(3, 2, 1);
    takeLargest(scores, 1, taken);
    expect(taken).toEqual(Uint8Array.of(1, 0, 1));
    expect(scores).toEqual(Float32Array.of(3, 2, 1));
  });
});
