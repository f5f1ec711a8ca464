import * as tf from '@tensorflow/tfjs';
import { normal, seededRandom } from '@tgm/random';
import { cpuEngine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { attentiveProbe } from './attentive-probe.js';
import { headLogits } from './head-logits.js';
import { headParameters } from './head-parameters.js';
import { type HeadState, type HeadStepInputs, headStep, stepSettings } from './head-step.js';

const shape = { width: 8, blocks: 2, attentionHeads: 2, classes: 3 };

/** The n-th parameter is 0.3 sin(0.7 i + 1.3 n) at place i, and 1 more where it scales a norm. */
const madeParams = () =>
  Object.fromEntries(
    headParameters(shape).map(([name, dimensions], n) => {
      const size = dimensions.reduce((product, dimension) => product * dimension, 1);
      const offset = /norm\d\.weight$/.test(name) ? 1 : 0;
      const values = Float32Array.from(
        { length: size },
        (_, i) => 0.3 * Math.sin(0.7 * i + 1.3 * n) + offset,
      );
      return [name, tf.tensor(values, dimensions)];
    }),
  );

const zeros = () =>
  Object.fromEntries(headParameters(shape).map(([name, dimensions]) => [name, tf.zeros(dimensions)]));

/**
 * What PyTorch 2.13 gives in double precision for the same parameters: `scaled_dot_product_attention`, `layer_norm` with 1e-5,
 * `gelu`, and after three steps of `torch.optim.AdamW` with the rates below, weight decay 0.1 for weights and 0 for vectors.
 */
const BEFORE = [
  0.85216722, 1.55204936, 1.56166009, 1.52608143, 2.03181093, 1.63191929, 1.45162321, 2.04452481, 1.72609841,
];
const AFTER = [
  1.43355592, 1.1635799, 1.32786934, 1.6183983, 1.51483423, 1.70622178, 1.72568397, 1.62132483, 1.72296445,
];
const RATES = [0.01, 0.0075, 0.0025];

describe('an attentive head', () => {
  for (const [name, open] of [
    ['cpu', cpuEngine],
    ['onnx', () => onnxEngine({ threads: 1 })],
  ] as const) {
    it(`says and learns what PyTorch's does (${name})`, async () => {
      const engine = await open();
      const tokens = tf.tensor3d(
        Float32Array.from({ length: 120 }, (_, i) => Math.sin(0.37 * i * i)),
        [3, 5, 8],
      );
      const targets = tf.tensor2d([1, 0, 0, 0, 0, 1, 0, 1, 0], [3, 3]);
      const logits = engine.compile(
        ({ params, tokens }: { params: HeadState['params']; tokens: tf.Tensor }) =>
          headLogits(shape, params, tokens as tf.Tensor3D),
      );
      const step = engine.compile<HeadStepInputs, HeadState>(headStep(shape));
      let state: HeadState = { params: madeParams(), firstMoments: zeros(), secondMoments: zeros() };
      const before = await (await logits({ params: state.params, tokens })).data();
      for (const [at, expected] of BEFORE.entries()) expect(before[at]).toBeCloseTo(expected, 5);
      for (const [at, rate] of RATES.entries()) {
        const settings = tf.tensor1d(stepSettings(rate, 0.1, at + 1));
        state = await step({ ...state, tokens, targets, settings });
      }
      const after = await (await logits({ params: state.params, tokens })).data();
      for (const [at, expected] of AFTER.entries()) expect(after[at]).toBeCloseTo(expected, 4);
      await engine.dispose();
    });
  }
});

/** One token of six shows the class by its direction, at a random place: the mean over the tokens hides it in noise. */
function hidden(key: string, count: number) {
  const random = seededRandom(key);
  const [tokens, width, classes] = [6, 8, 3];
  const labels = Array.from({ length: count }, (_, row) => row % classes);
  const values = new Float32Array(count * tokens * width);
  for (const [row, label] of labels.entries()) {
    const place = Math.floor(random() * tokens);
    for (let token = 0; token < tokens; token++) {
      for (let i = 0; i < width; i++) {
        const signal = token === place ? (i === label ? 4 : i === 7 ? 4 : 0) : 0;
        values[(row * tokens + token) * width + i] = 0.5 * normal(random) + signal;
      }
    }
  }
  return { features: { values, count, tokens, width }, labels };
}

describe('attentiveProbe', () => {
  const train = hidden('train', 300);
  const test = hidden('test', 60);
  const data = {
    train: train.features,
    trainLabels: train.labels,
    test: test.features,
    testLabels: test.labels,
    classes: 3,
    seed: 0,
  };
  const small = { blocks: 1, attentionHeads: 2, epochs: 15, batchSize: 24 };

  it('trains a head for each pair of settings, and takes the best of those on examples left out', async () => {
    const engine = await onnxEngine({ threads: 1 });
    const before = tf.memory().numTensors;
    const done: number[] = [];
    const options = { engine, ...data, ...small, rates: [1e-2, 1e-6], weightDecays: [0.01, 0.8] };
    const result = await attentiveProbe({ ...options, onProgress: (step, total) => done.push(step / total) });
    expect(result.validation.map(({ rate, weightDecay }) => [rate, weightDecay])).toEqual([
      [1e-2, 0.01],
      [1e-2, 0.8],
      [1e-6, 0.01],
      [1e-6, 0.8],
    ]);
    expect(result.chosen.rate).toBe(1e-2); // the other moves no weight by more than 6e-5
    const best = Math.max(...result.validation.map(({ top1 }) => top1));
    expect(result.validation.find((head) => head.top1 === best)).toMatchObject(result.chosen);
    expect(result.top1).toBeGreaterThan(90);
    expect(done).toHaveLength(15 * 10); // 240 examples learn in batches of 24, the fifth part chooses
    expect(done.at(-1)).toBe(1);
    expect(await attentiveProbe(options)).toEqual(result);
    expect(tf.memory().numTensors).toBe(before);
    await engine.dispose();
  });

  it('refuses wrong input by code', async () => {
    const engine = await cpuEngine();
    const codeOf = (change: object) =>
      attentiveProbe({
        engine,
        ...data,
        ...small,
        epochs: 1,
        rates: [1e-3],
        weightDecays: [0],
        ...change,
      }).then(
        () => 'none',
        (error: { code: string }) => error.code,
      );
    expect(await codeOf({})).toBe('none');
    expect(await codeOf({ attentionHeads: 3 })).toBe('OPTION_INVALID');
    expect(await codeOf({ rates: [] })).toBe('OPTION_INVALID');
    expect(await codeOf({ folds: 1 })).toBe('OPTION_INVALID');
    expect(await codeOf({ train: { ...train.features, tokens: 5 } })).toBe('SHAPE_MISMATCH');
    expect(await codeOf({ test: { ...test.features, tokens: 8, width: 6 } })).toBe('SHAPE_MISMATCH');
    expect(await codeOf({ trainLabels: [0] })).toBe('LABELS_MISMATCH');
    expect(await codeOf({ classes: 2 })).toBe('LABEL_OUT_OF_RANGE');
  });
});
