import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import { atTokens, pixelTarget, samplingLoss } from './index.js';
import type { LossInputs } from './loss.js';

/** Two clips of four tokens, of which two are masked; a token is three numbers. */
const MASKED = [
  [3, 1],
  [0, 2],
];
const LOG = [
  [-1, -2, -3, -4],
  [-5, -6, -7, -8],
];
/** Squares of these are the errors of the masked tokens, by their places. */
const OFF = [
  [0.5, 2],
  [1, 3],
];

type Given = { log: tf.Tensor2D; masked: tf.Tensor2D; prediction: tf.Tensor3D; pixels: tf.Tensor3D };

const given = (): Given => ({
  log: tf.tensor2d(LOG),
  masked: tf.tensor2d(MASKED, undefined, 'int32'),
  prediction: tf.tensor3d(OFF.map((clip) => clip.map((off) => [off, off, off]))),
  pixels: tf.zeros([2, 2, 3]),
});

const inputsOf = ({ log, masked, prediction, pixels }: Given): LossInputs => ({
  views: {},
  sampleKey: tf.zeros([2, 2], 'int32'),
  prediction,
  pixels,
  choice: { order: masked, visible: masked, masked, logProbability: log },
});

const loss = samplingLoss({ target: pixelTarget({ normalise: false }) });

describe.each(ENGINES)('the sampling loss, on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it('is minus the mean of log probability times error, over the masked tokens', async () => {
    const { term, baseline } = await evaluate(
      engine,
      (all: Given) => ({
        term: loss.compute({}, inputsOf(all)),
        baseline: loss.figures!({}, inputsOf(all)).baseline!,
      }),
      given(),
    );
    // Clip one: -4 of token 3 with 0.25, -2 of token 1 with 4; clip two: -5 with 1, -7 with 9.
    expect(term![0]).toBeCloseTo((4 * 0.25 + 2 * 4 + 5 * 1 + 7 * 9) / 4, 4);
    expect(baseline![0]).toBeCloseTo((Math.log(4) * (0.25 + 4 + 1 + 9)) / 4, 4);
  });

  it('has a gradient for the probabilities of masked tokens, and none for what is predicted', async () => {
    const { log, prediction } = await evaluate(
      engine,
      (all: Given) => {
        const [log, prediction] = tf.grads((log, prediction) =>
          tf.add(
            loss.compute(
              {},
              inputsOf({ ...all, log: log as tf.Tensor2D, prediction: prediction as tf.Tensor3D }),
            ),
            tf.mul(0, tf.sum(prediction)),
          ),
        )([all.log, all.prediction]);
        return { log: log!, prediction: prediction! };
      },
      given(),
    );
    const byHand = [0, -4 / 4, 0, -0.25 / 4, -1 / 4, 0, -9 / 4, 0];
    byHand.forEach((slope, at) => {
      expect(log![at]).toBeCloseTo(slope, 5);
    });
    expect(prediction!.every((slope) => slope === 0)).toBe(true);
  });

  it('takes the rows of tokens, and gives the gradient back to them', async () => {
    const rows = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    const tokens = tf.tensor2d([[1], [0]], undefined, 'int32');
    const { taken, slopes } = await evaluate(
      engine,
      (all: { rows: tf.Tensor3D; tokens: tf.Tensor2D }) => ({
        taken: atTokens(all.rows, all.tokens),
        slopes: tf.grad((rows) => tf.sum(tf.square(atTokens(rows as tf.Tensor3D, all.tokens))))(all.rows),
      }),
      { rows, tokens },
    );
    expect(taken).toEqual([3, 4, 5, 6]);
    expect(slopes).toEqual([0, 0, 6, 8, 10, 12, 0, 0]);
  });
});

it('asks for a choice with probabilities', () => {
  const all = inputsOf(given());
  const { logProbability: _, ...without } = all.choice!;
  for (const inputs of [undefined, { ...all, choice: undefined }, { ...all, choice: without }]) {
    expect(() => loss.compute({}, inputs as never)).toThrow(
      expect.objectContaining({ code: 'CHOICE_MISSING', where: 'samplingLoss' }),
    );
  }
  expect(() => loss.compute({}, { ...all, prediction: tf.zeros([2, 3, 3]) } as never)).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'samplingLoss, prediction' }),
  );
  expect(() => atTokens(tf.zeros<tf.Rank.R2>([2, 3]), tf.zeros([3, 1], 'int32'))).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'atTokens, tokens' }),
  );
});

it('keeps no tensor but what it gives', () => {
  const inputs = inputsOf(given());
  const before = tf.memory().numTensors;
  tf.dispose([loss.compute({}, inputs), loss.figures!({}, inputs)] as tf.TensorContainer);
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose(inputs as unknown as tf.TensorContainer);
});
