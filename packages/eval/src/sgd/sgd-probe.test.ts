import * as tf from '@tensorflow/tfjs';
import { normal, seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { epochBatches } from '../epoch-batches.js';
import { SGD_RECIPES, sgdProbe } from './sgd-probe.js';
import { firstWeight, trainSgd } from './train-sgd.js';

const engine = await cpuEngine();
const [width, classes] = [4, 3];

function clusters(key: string, count: number) {
  const random = seededRandom(key);
  const labels = Array.from({ length: count }, (_, row) => row % classes);
  const values = Float32Array.from(
    { length: count * width },
    (_, i) => normal(random) + (i % width === labels[Math.floor(i / width)] ? 3 : 0),
  );
  return { features: { values, count, width }, labels };
}

/** The recipe written out in double precision: scores of all training examples after the last step. */
function byHand(batchNorm: boolean, epochs: number, warmupEpochs: number, batchSize: number) {
  const { features, labels } = clusters('train', 10);
  const weight = Array.from(firstWeight(width, classes, 7));
  const bias = [0, 0, 0];
  const velocity = new Array(weight.length + classes).fill(0);
  const running = { mean: new Array(width).fill(0), variance: new Array(width).fill(1) };
  const perEpoch = Math.floor(10 / batchSize);
  const at = (row: number, i: number) => features.values[row * width + i]!;
  const scoresOf = (x: number[]) =>
    bias.map((offset, c) => x.reduce((sum, value, i) => sum + value * weight[i * classes + c]!, offset));
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of epochBatches(10, batchSize, 7, epoch)) {
      const [warmup, total] = [warmupEpochs * perEpoch, epochs * perEpoch];
      const base = (0.1 * batchSize) / 256;
      const rate =
        step < warmup
          ? (base * step) / warmup
          : (base * (1 + Math.cos((Math.PI * (step - warmup)) / (total - warmup)))) / 2;
      const columns = Array.from({ length: width }, (_, i) => {
        const own = Array.from(batch, (row) => at(row, i));
        const mean = own.reduce((sum, x) => sum + x, 0) / own.length;
        const squares = own.reduce((sum, x) => sum + (x - mean) ** 2, 0);
        running.mean[i] = 0.9 * running.mean[i] + 0.1 * mean;
        running.variance[i] = 0.9 * running.variance[i] + (0.1 * squares) / (own.length - 1);
        return { mean, deviation: Math.sqrt(squares / own.length + 1e-6) };
      });
      const gradient = new Array(weight.length + classes).fill(0);
      for (const row of batch) {
        const x = columns.map(({ mean, deviation }, i) =>
          batchNorm ? (at(row, i) - mean) / deviation : at(row, i),
        );
        const exponentials = scoresOf(x).map(Math.exp);
        const sum = exponentials.reduce((a, b) => a + b, 0);
        for (let c = 0; c < classes; c++) {
          const error = (exponentials[c]! / sum - (labels[row] === c ? 1 : 0)) / batchSize;
          for (let i = 0; i < width; i++) gradient[i * classes + c] += error * x[i]!;
          gradient[weight.length + c] += error;
        }
      }
      for (let i = 0; i < velocity.length; i++) {
        velocity[i] = 0.9 * velocity[i] + gradient[i];
        if (i < weight.length) weight[i]! -= rate * velocity[i];
        else bias[i - weight.length]! -= rate * velocity[i];
      }
      step += 1;
    }
  }
  return Array.from({ length: 10 }, (_, row) =>
    scoresOf(
      Array.from({ length: width }, (_, i) =>
        batchNorm ? (at(row, i) - running.mean[i]) / Math.sqrt(running.variance[i] + 1e-6) : at(row, i),
      ),
    ),
  ).flat();
}

describe('sgdProbe', () => {
  it.each([false, true])('takes the steps of a loop by hand, batchNorm %s', async (batchNorm) => {
    const { features, labels } = clusters('train', 10);
    const recipe = { rate: 0.1, momentum: 0.9, epochs: 6, warmupEpochs: 2, batchSize: 4, batchNorm, seed: 7 };
    const before = tf.memory().numTensors;
    const classifier = await trainSgd({ engine, features, labels, classes, ...recipe });
    const scores = await classifier.scores(features);
    classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const expected = byHand(batchNorm, 6, 2, 4);
    for (const [at, score] of expected.entries()) expect(scores[at]).toBeCloseTo(score, 5);
    expect(Math.max(...expected)).toBeGreaterThan(0.02); // not the first weights any more
  });

  it('separates what is separable', async () => {
    const [train, test] = [clusters('many', 300), clusters('test', 150)];
    const result = await sgdProbe({
      engine,
      train: train.features,
      trainLabels: train.labels,
      test: test.features,
      testLabels: test.labels,
      classes,
      seed: 0,
      batchSize: 100,
      epochs: 20,
      warmupEpochs: 2,
    });
    expect(result.top1).toBeGreaterThan(93); // Bayes: about 98
    expect(result.outcome.count).toBe(150);
  });

  it("takes VideoMAE's recipe by its name, and by default", async () => {
    const { features, labels } = clusters('few', 30);
    const data = {
      engine,
      train: features,
      trainLabels: labels,
      test: features,
      testLabels: labels,
      classes,
    };
    const named = await sgdProbe({ ...SGD_RECIPES.videoMae, ...data, seed: 0 });
    expect((await sgdProbe({ ...data, seed: 0 })).scores).toEqual(named.scores);
    const normalised = await sgdProbe({ ...SGD_RECIPES.normalised, ...data, seed: 0 });
    expect((await sgdProbe({ ...data, batchNorm: true, seed: 0 })).scores).toEqual(normalised.scores);
    expect(normalised.scores).not.toEqual(named.scores);
  });

  it('refuses wrong input by code', async () => {
    const { features, labels } = clusters('few', 6);
    const ok = { engine, train: features, trainLabels: labels, test: features, testLabels: labels, classes };
    const codeOf = (change: object) =>
      sgdProbe({ ...ok, seed: 0, epochs: 1, warmupEpochs: 0, ...change }).then(
        () => 'none',
        (error: { code: string }) => error.code,
      );
    expect(await codeOf({})).toBe('none');
    expect(await codeOf({ warmupEpochs: 1 })).toBe('OPTION_INVALID');
    const far = { ...features, values: features.values.map((value) => 1e20 * value) };
    const diverged = { train: far, test: far, rate: 1e30, epochs: 3 };
    expect(await codeOf(diverged)).toBe('NON_FINITE_LOGIT'); // and not 0 % right
    const farther = { ...features, values: features.values.map((value) => 1e30 * value) };
    expect(await codeOf({ train: farther, test: farther, epochs: 2, warmupEpochs: 0 })).toBe(
      'NON_FINITE_LOGIT',
    );
    expect(await codeOf({ momentum: 1 })).toBe('OPTION_INVALID');
    expect(await codeOf({ classes: 2 })).toBe('LABEL_OUT_OF_RANGE');
    expect(await codeOf({ trainLabels: [1] })).toBe('LABELS_MISMATCH');
  });
});
