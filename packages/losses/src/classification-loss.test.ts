import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classificationLoss, softLabelLoss } from './classification-loss.js';
import { ENGINES, evaluate } from './engines.test-support.js';

describe.each(ENGINES)('classificationLoss on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const lossOf = async (rows: number[][], labels: number[], smoothing: number) => {
    const found = await evaluate(
      engine,
      (given: { logits: tf.Tensor2D; labels: tf.Tensor1D }) => {
        const loss = (logits: tf.Tensor) =>
          classificationLoss(logits as tf.Tensor2D, given.labels, smoothing);
        return { loss: loss(given.logits), slope: tf.grad(loss)(given.logits) };
      },
      { logits: tf.tensor2d(rows), labels: tf.tensor1d(labels, 'int32') },
    );
    return { loss: found.loss![0]!, slope: found.slope! };
  };
  /** Probabilities 1/8, 2/8, 5/8, and thirds. */
  const logits = [
    [0, Math.log(2), Math.log(5)],
    [0, 0, 0],
  ];

  it('is the cross-entropy with the labels of its smoothing (by hand), with its gradient', async () => {
    const plain = await lossOf(logits, [1, 0], 0);
    expect(plain.loss).toBeCloseTo((Math.log(4) + Math.log(3)) / 2, 6);
    // Softmax less what is wanted, over the batch of two.
    const slope = [1 / 8, 2 / 8 - 1, 5 / 8, 1 / 3 - 1, 1 / 3, 1 / 3].map((value) => value / 2);
    plain.slope.forEach((value, at) => {
      expect(value).toBeCloseTo(slope[at]!, 6);
    });
    // 0.3 of it spread over three classes: 0.1 each.
    const smooth = await lossOf(logits, [1, 0], 0.3);
    const first = 0.1 * Math.log(8) + 0.8 * Math.log(4) + 0.1 * Math.log(8 / 5);
    expect(smooth.loss).toBeCloseTo((first + Math.log(3)) / 2, 6);
  });

  it('is finite for logits that differ by thousands', async () => {
    expect((await lossOf([[3000, -3000]], [1], 0)).loss).toBe(6000);
  });
});

describe.each(ENGINES)('labels on $name', ({ make }) => {
  it.each([-1, 3, 7])('make a loss that is not finite where one is %i of three classes', async (label) => {
    const engine = await make();
    const inputs = {
      logits: tf.tensor2d([
        [1, 2, 3],
        [3, 2, 1],
      ]),
      labels: tf.tensor1d([0, label], 'int32'),
    };
    for (const smoothing of [0, 0.1]) {
      const { loss } = await evaluate(
        engine,
        (given: typeof inputs) => ({ loss: classificationLoss(given.logits, given.labels, smoothing) }),
        inputs,
      );
      expect(Number.isFinite(loss![0])).toBe(false);
    }
    await engine.dispose();
  });
});

describe.each(ENGINES)('softLabelLoss on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const lossOf = async (rows: number[][], targets: number[][], smoothing: number) => {
    const inputs = { logits: tf.tensor2d(rows), targets: tf.tensor2d(targets) };
    const { loss } = await evaluate(
      engine,
      (given: typeof inputs) => ({ loss: softLabelLoss(given.logits, given.targets, smoothing) }),
      inputs,
    );
    return loss![0]!;
  };
  /** Probabilities 1/8, 2/8, 5/8. */
  const logits = [[0, Math.log(2), Math.log(5)]];

  it('is the cross-entropy with shares of classes (by hand)', async () => {
    const plain = 0.25 * Math.log(8) + 0.75 * Math.log(8 / 5);
    expect(await lossOf(logits, [[0.25, 0, 0.75]], 0)).toBeCloseTo(plain, 6);
    const even = (Math.log(8) + Math.log(4) + Math.log(8 / 5)) / 3;
    expect(await lossOf(logits, [[0.25, 0, 0.75]], 0.1)).toBeCloseTo(0.9 * plain + 0.1 * even, 6);
    expect(
      await lossOf(
        [...logits, [9, 9, 9]],
        [
          [0, 1, 0],
          [0.2, 0.3, 0.5],
        ],
        0,
      ),
    ).toBeCloseTo((Math.log(4) + Math.log(3)) / 2, 6);
  });

  it.each([[[0, 0, 0]], [[1, 1, 0]], [[0.5, 0.4, 0]]])('is not finite for shares %j', async (shares) => {
    expect(Number.isFinite(await lossOf(logits, [shares], 0.1))).toBe(false);
  });
});

it('softLabelLoss refuses targets of another shape', () => {
  expect(() => softLabelLoss(tf.zeros([2, 3]), tf.zeros([2, 4]), 0)).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
  );
});

it('refuses another number of labels, and leaves no tensors behind', () => {
  const logits = tf.zeros<tf.Rank.R2>([2, 3]);
  const one = tf.tensor1d([0], 'int32');
  expect(() => classificationLoss(logits, one, 0)).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
  );
  const labels = tf.tensor1d([0, 2], 'int32');
  for (const smoothing of [-0.1, 1, Number.NaN, '0.1']) {
    expect(() => classificationLoss(logits, labels, smoothing as number)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  }
  const before = tf.memory().numTensors;
  classificationLoss(logits, labels, 0.1).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
