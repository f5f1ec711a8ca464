import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import { type SinkhornOptions, sinkhorn } from './sinkhorn.js';

/** The published loop in doubles: exponentials, then columns and rows divided by their sums in turn. */
function byHand(
  scores: readonly (readonly number[])[],
  { epsilon, iterations }: SinkhornOptions,
): number[][] {
  let shares = scores.map((row) => row.map((score) => Math.exp(score / epsilon)));
  for (let round = 0; round < iterations; round++) {
    const sums = shares[0]!.map((_, column) => shares.reduce((sum, row) => sum + row[column]!, 0));
    shares = shares.map((row) => row.map((share, column) => share / sums[column]!));
    shares = shares.map((row) => {
      const sum = row.reduce((total, share) => total + share, 0);
      return row.map((share) => share / sum);
    });
  }
  return shares;
}

describe.each(ENGINES)('sinkhorn on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const sharesOf = async (scores: number[][], options: SinkhornOptions) => {
    const made = await evaluate(
      engine,
      (given: { scores: tf.Tensor2D }) => ({ shares: sinkhorn(given.scores, options) }),
      { scores: tf.tensor2d(scores) },
    );
    return scores.map((row, at) => made.shares!.slice(at * row.length, (at + 1) * row.length));
  };

  const scores = Array.from({ length: 6 }, (_, row) =>
    Array.from({ length: 4 }, (_, column) => Math.sin(12.9898 * (4 * row + column + 1))),
  );

  it.each([
    { epsilon: 0.05, iterations: 3 },
    { epsilon: 0.5, iterations: 1 },
  ])('is the published loop, with $epsilon and $iterations', async (options) => {
    const wanted = byHand(scores, options);
    (await sharesOf(scores, options)).forEach((row, at) => {
      row.forEach((share, column) => {
        expect(share).toBeCloseTo(wanted[at]![column]!, 4);
      });
    });
  });

  it('gives rows of 1, and in the long run columns of the same sum', async () => {
    const shares = await sharesOf(scores, { epsilon: 0.5, iterations: 50 });
    for (const row of shares) expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    for (const column of [0, 1, 2, 3]) {
      expect(shares.reduce((sum, row) => sum + row[column]!, 0)).toBeCloseTo(6 / 4, 4);
    }
  });

  it('stays finite where exponentials do not', async () => {
    const shares = await sharesOf(
      [
        [1, -1],
        [-1, 1],
      ],
      { epsilon: 0.005, iterations: 3 },
    );
    expect(shares).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });
});
