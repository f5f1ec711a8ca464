import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { normal, seededRandom } from '@tgm/random';
import { cpuEngine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { attentiveProbe } from './attentive-probe.js';
import { headLogits } from './head-logits.js';
import { type HeadShape, headParameters } from './head-parameters.js';
import { type HeadState, type HeadStepInputs, headStep, stepSettings } from './head-step.js';

/**
 * The n-th parameter of each head is 0.3 sin(0.7 i + 1.3 n) at place i, and 1 more where it scales a norm. PyTorch's module has one
 * parameter that a head has not, the bias of the last keys; it keeps its number.
 */
function madeParams(shape: HeadShape, heads: number): Params {
  const list = headParameters(shape);
  const lastKey = list.findIndex(([name]) => name === `blocks.${shape.blocks - 1}.key.weight`);
  return Object.fromEntries(
    list.map(([name, dimensions], at) => {
      const n = at <= lastKey ? at : at + 1;
      const size = dimensions.reduce((product, dimension) => product * dimension, 1);
      const offset = /norm\d\.weight$/.test(name) ? 1 : 0;
      const value = (i: number) => 0.3 * Math.sin(0.7 * i + 1.3 * n) + offset;
      const values = Float32Array.from({ length: heads * size }, (_, i) => value(i % size));
      return [name, tf.tensor(values, [heads, ...dimensions])];
    }),
  );
}

const zeros = (shape: HeadShape, heads: number): Params =>
  Object.fromEntries(
    headParameters(shape).map(([name, dimensions]) => [name, tf.zeros([heads, ...dimensions])]),
  );

/** The rate of each step for a factor of 1, and the settings of two heads. */
const RATES = [0.01, 0.0075, 0.0025];
const HEADS = [
  { factor: 1, weightDecay: 0.1 },
  { factor: 0.5, weightDecay: 0.8 },
];

/**
 * What PyTorch 2.13 gives in double precision for the same parameters: `scaled_dot_product_attention`, `layer_norm` with 1e-5,
 * `gelu`, and after three steps of `torch.optim.AdamW` with the settings above, where vectors do not decay. Each head was trained
 * on its own there.
 */
const PYTORCH = [
  {
    blocks: 2,
    before: [
      0.85216725, 1.55204936, 1.56166012, 1.52608143, 2.03181092, 1.63191932, 1.45162321, 2.0445248,
      1.72609845,
    ],
    after: [
      1.43355597, 1.16357995, 1.32786939, 1.61839833, 1.51483424, 1.7062218, 1.725684, 1.62132484, 1.72296446,
      1.3336151, 1.29427854, 1.29779465, 1.6587587, 1.68391702, 1.56874216, 1.71510249, 1.74289344,
      1.59947652,
    ],
  },
  {
    blocks: 1,
    before: [
      0.31413504, 0.33528245, 0.20289758, 0.47873357, 0.94705467, 0.98723841, 0.42098624, 1.18734607,
      1.41770938,
    ],
    after: [
      0.82517283, -0.56162556, -0.62787104, 0.20833314, 1.80929818, 2.05879281, 0.35577595, 1.76607323,
      0.91775903, 0.52645484, -0.12890134, -0.13868479, 0.39377314, 1.4422345, 1.72199806, 0.4053718,
      1.43785523, 1.0634729,
    ],
  },
];

describe('attentive heads', () => {
  for (const [name, open] of [
    ['cpu', cpuEngine],
    ['onnx', () => onnxEngine({ threads: 1 })],
  ] as const) {
    for (const { blocks, before, after } of PYTORCH) {
      it(`say and learn what PyTorch's do, two at once, ${blocks} blocks (${name})`, async () => {
        const engine = await open();
        const shape = { width: 8, blocks, attentionHeads: 2, classes: 3 };
        const tokens = tf.tensor3d(
          Float32Array.from({ length: 120 }, (_, i) => Math.sin(0.37 * i * i)),
          [3, 5, 8],
        );
        const targets = tf.tensor2d([1, 0, 0, 0, 0, 1, 0, 1, 0], [3, 3]);
        const logits = engine.compile(({ params, tokens }: { params: Params; tokens: tf.Tensor }) =>
          headLogits(shape, params, tokens as tf.Tensor3D),
        );
        const step = engine.compile<HeadStepInputs, HeadState>(headStep(shape));
        let state: HeadState = {
          params: madeParams(shape, 2),
          firstMoments: zeros(shape, 2),
          secondMoments: zeros(shape, 2),
        };
        const said = await (await logits({ params: state.params, tokens })).data();
        for (const [at, value] of said.entries()) expect(value).toBeCloseTo(before[at % 9]!, 5);
        for (const [at, rate] of RATES.entries()) {
          const settings = tf.tensor2d(
            HEADS.map(({ factor, weightDecay }) => stepSettings(factor * rate, weightDecay, at + 1)),
          );
          state = await step({ ...state, tokens, targets, settings });
        }
        const learned = await (await logits({ params: state.params, tokens })).data();
        for (const [at, value] of learned.entries()) expect(value).toBeCloseTo(after[at]!, 4);
        await engine.dispose();
      });
    }
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

  it('never chooses a head that has diverged', async () => {
    const { chosen, validation, top1 } = await attentiveProbe({
      engine: await cpuEngine(),
      ...data,
      train: test.features,
      trainLabels: test.labels,
      ...small,
      epochs: 3,
      rates: [1e38, 1e-2],
      weightDecays: [0.01],
    });
    expect(validation.map((head) => Number.isNaN(head.top1))).toEqual([true, false]);
    expect(chosen.rate).toBe(1e-2);
    expect(top1).toBeGreaterThan(0);
  });

  it('keeps no tensor of a training that is ended by an error', async () => {
    const engine = await cpuEngine();
    const before = tf.memory().numTensors;
    const enough = new Error('enough');
    const onProgress = (done: number) => {
      if (done === 2) throw enough;
    };
    const settings = { rates: [1e-3], weightDecays: [0, 0.1] };
    for (const blocks of [1, 2])
      await expect(
        attentiveProbe({ engine, ...data, ...small, ...settings, blocks, onProgress }),
      ).rejects.toBe(enough);
    expect(tf.memory().numTensors).toBe(before);
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
    expect(await codeOf({ rates: [1e10, 1e38], epochs: 3 })).toBe('NON_FINITE_LOGIT'); // and not 0 % right
    expect(await codeOf({ rates: [] })).toBe('OPTION_INVALID');
    expect(await codeOf({ folds: 1 })).toBe('OPTION_INVALID');
    expect(await codeOf({ train: { ...train.features, tokens: 5 } })).toBe('SHAPE_MISMATCH');
    expect(await codeOf({ test: { ...test.features, tokens: 8, width: 6 } })).toBe('SHAPE_MISMATCH');
    expect(await codeOf({ trainLabels: [0] })).toBe('LABELS_MISMATCH');
    expect(await codeOf({ classes: 2 })).toBe('LABEL_OUT_OF_RANGE');
  });
});
