import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import { equalKeys } from './equal-keys.js';
import { oneSidedBaseline, oneSidedInfoNce } from './one-sided-info-nce.js';

describe.each(ENGINES)('oneSidedInfoNce on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const evaluated = (right: number[], others: number[][], leftOut: number[][]) =>
    evaluate(
      engine,
      (given: { right: tf.Tensor1D; others: tf.Tensor2D; leftOut: tf.Tensor2D }) => {
        const out = tf.cast(given.leftOut, 'bool') as tf.Tensor2D;
        return {
          loss: oneSidedInfoNce({ ...given, leftOut: out }),
          baseline: oneSidedBaseline(out),
          slopes: tf.grad((right) =>
            oneSidedInfoNce({ right: right as tf.Tensor1D, others: given.others, leftOut: out }),
          )(given.right),
        };
      },
      {
        right: tf.tensor1d(right),
        others: tf.tensor2d(others),
        leftOut: tf.tensor2d(leftOut, undefined, 'int32'),
      },
    );

  it('two queries (by hand)', async () => {
    // ln(1 + e^(0 - 2) + e^(1 - 2)); the second query has one negative left: ln(1 + e^(3 - 1)).
    const right = [2, 1];
    const others = [
      [0, 1],
      [9, 3],
    ];
    const leftOut = [
      [0, 0],
      [1, 0],
    ];
    const [first, second] = [Math.log(1 + Math.exp(-2) + Math.exp(-1)), Math.log(1 + Math.exp(2))];
    const { loss, baseline, slopes } = await evaluated(right, others, leftOut);
    expect(loss![0]!).toBeCloseTo((first + second) / 2, 5);
    expect(baseline![0]!).toBeCloseTo((Math.log(3) + Math.log(2)) / 2, 5);
    // d/dr of a cross-entropy: the right one's share minus 1.
    expect(slopes![0]!).toBeCloseTo((Math.exp(-first) - 1) / 2, 5);
    expect(slopes![1]!).toBeCloseTo((Math.exp(-second) - 1) / 2, 5);
  });

  it('is its baseline where all look alike, and 0 where nothing is left', async () => {
    const alike = await evaluated(
      [7, 7],
      [Array(5).fill(7), Array(5).fill(7)],
      [[0, 0, 0, 0, 1], Array(5).fill(0)],
    );
    expect(alike.loss![0]!).toBeCloseTo((Math.log(5) + Math.log(6)) / 2, 5);
    expect(alike.loss![0]!).toBeCloseTo(alike.baseline![0]!, 5);
    const alone = await evaluated([-3], [[5, 80]], [[1, 1]]);
    expect([alone.loss![0], alone.baseline![0]]).toEqual([0, 0]);
  });

  it('stays finite with logits of hundreds', async () => {
    const { loss } = await evaluated([-500], [[500, 499]], [[0, 0]]);
    expect(loss![0]! / (1000 + Math.log(1 + Math.exp(-1)))).toBeCloseTo(1, 6);
  });

  it('knows equal keys in all their bits', async () => {
    const rows = [
      [1, 2],
      [-(2 ** 31), 2 ** 31 - 1],
      [1, 3],
    ];
    const columns = [...rows, [2 ** 30, 2], [-(2 ** 31) + 1, 2 ** 31 - 1], [2, 1]];
    const { equal } = await evaluate(
      engine,
      (given: { rows: tf.Tensor2D; columns: tf.Tensor2D }) => ({
        equal: tf.cast(equalKeys(given.rows, given.columns), 'float32'),
      }),
      { rows: tf.tensor2d(rows, undefined, 'int32'), columns: tf.tensor2d(columns, undefined, 'int32') },
    );
    expect(equal).toEqual([...[1, 0, 0, 0, 0, 0], ...[0, 1, 0, 0, 0, 0], ...[0, 0, 1, 0, 0, 0]]);
  });
});

it('oneSidedInfoNce and equalKeys name shapes that do not fit', () => {
  const [right, others] = [tf.tensor1d([1, 2]), tf.zeros<tf.Rank.R2>([2, 3])];
  const leftOut = tf.zeros([2, 3], 'bool') as tf.Tensor2D;
  for (const [wrong, where] of [
    [{ right, others: tf.zeros<tf.Rank.R2>([3, 3]), leftOut }, 'others'],
    [{ right, others, leftOut: tf.zeros([2, 2], 'bool') as tf.Tensor2D }, 'leftOut'],
  ] as const) {
    expect(() => oneSidedInfoNce(wrong)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', where: `oneSidedInfoNce, ${where}` }),
    );
  }
  const keys = (size: number) => tf.zeros([2, size], 'int32') as tf.Tensor2D;
  expect(() => equalKeys(keys(2), keys(3))).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'equalKeys, columns' }),
  );
});
