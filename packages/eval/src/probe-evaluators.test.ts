import { videoMaeEncoder } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { extractFeatures } from './extract-features.js';
import { groupedClassification } from './grouped/grouped-classification.js';
import { groupedProbe, groupedProbeEvaluator } from './grouped/grouped-probe.js';
import { knn } from './knn.js';
import { linearProbe } from './linear-probe.js';
import {
  attentiveProbeEvaluator,
  fewShotEvaluator,
  knnEvaluator,
  linearProbeEvaluator,
  sgdProbeEvaluator,
} from './probe-evaluators.js';
import { representationBias, representationBiasEvaluator } from './representation-bias.js';
import { extractTokens } from './token-features.js';

const engine = await onnxEngine({ threads: 1 });
const model = videoMaeEncoder({
  numFrames: 2,
  imageSize: 8,
  patchSize: 4,
  tubeletSize: 2,
  hiddenSize: 8,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 16,
  layerNormEps: 1e-6,
});
const params = model.init(seededRandom('probe evaluators'));

/** Dark clips are class 0, bright ones class 1, with noise. */
function clipsOf(count: number, key: string) {
  const random = seededRandom(key);
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const clips = labels.map((label) =>
    Uint8Array.from({ length: 2 * 8 * 8 * 3 }, () => 40 + 120 * label + 40 * random()),
  );
  return { clips, labels };
}
const [train, test] = [clipsOf(40, 'train'), clipsOf(11, 'test')];
const parts = { engine, model, train, test, classes: 2, batchSize: 4 };
const figures = ['top1', 'top5', 'classMeanTop1', 'classMeanTop5'];

it('extractTokens gives the tokens that extractFeatures takes the mean of', async () => {
  const options = { engine, model, params, clips: test.clips, batchSize: 4 };
  const { values, count, tokens, width } = await extractTokens(options);
  expect([count, tokens, width]).toEqual([11, 4, 8]);
  const means = await extractFeatures(options);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let token = 0; token < tokens; token++) sum += values[(row * tokens + token) * width + i]!;
      expect(sum / tokens).toBeCloseTo(means.values[row * width + i]!, 5);
    }
  }
});

it('attentiveProbeEvaluator tells dark clips from bright ones, with intervals', async () => {
  const probe = {
    seed: 0,
    blocks: 2,
    attentionHeads: 2,
    rates: [1e-2],
    weightDecays: [0.01],
    epochs: 8,
    batchSize: 8,
  };
  const evaluator = attentiveProbeEvaluator({ ...parts, probe, intervals: true });
  const numbers = await evaluator.evaluate(params);
  expect(Object.keys(numbers)).toEqual(figures.flatMap((name) => [name, `${name}/from`, `${name}/to`]));
  expect(numbers.top1).toBeGreaterThan(90);
  expect(numbers['top1/from']).toBeLessThanOrEqual(numbers.top1!);
  expect(await evaluator.evaluate(params)).toEqual(numbers);
});

it('sgdProbeEvaluator does too', async () => {
  const probe = { seed: 0, rate: 5, batchNorm: true };
  const numbers = await sgdProbeEvaluator({ ...parts, probe }).evaluate(params);
  expect(Object.keys(numbers)).toEqual(figures);
  expect(numbers.top1).toBeGreaterThan(90);
});

it('fewShotEvaluator does too', async () => {
  const numbers = await fewShotEvaluator({ ...parts, probe: { seed: 0, draws: 2 } }).evaluate(params);
  expect(Object.keys(numbers)).toEqual(figures);
  expect(numbers.top1).toBeGreaterThan(80);
});

const featureData = async () => {
  const of = ({ clips }: typeof train) => extractFeatures({ engine, model, params, clips, batchSize: 4 });
  return { train: await of(train), trainLabels: train.labels, test: await of(test), testLabels: test.labels };
};

it('linearProbeEvaluator and knnEvaluator tell what the probes find on the features', async () => {
  const data = { ...(await featureData()), classes: 2 };
  const probed = await linearProbe({ engine, ...data, seed: 3, folds: 4 });
  const told = await linearProbeEvaluator({ ...parts, probe: { seed: 3, folds: 4 } }).evaluate(params);
  expect(told).toEqual(Object.fromEntries(figures.map((name) => [name, probed[name as 'top1']])));
  const { top1 } = knn({ ...data, k: 3 });
  expect(await knnEvaluator({ ...parts, probe: { k: 3 } }).evaluate(params)).toMatchObject({ top1 });
});

it('representationBiasEvaluator tells ln(accuracy / chance) of that probe', async () => {
  const evaluator = representationBiasEvaluator({ ...parts, probe: { seed: 3 }, intervals: true });
  const told = await evaluator.evaluate(params);
  const { outcome } = await linearProbe({ engine, ...(await featureData()), classes: 2, seed: 3 });
  const { value, from, to } = representationBias({ outcome, classes: 2 });
  expect(told).toEqual({ bias: value, 'bias/from': from, 'bias/to': to });
  expect(value).toBeGreaterThan(0.5); // ln 2 where the brightness tells all
});

it('groupedProbe is a linear probe of each kind and the product of their probabilities', async () => {
  const { train: own, test: others, trainLabels, testLabels } = await featureData();
  const noun = {
    trainLabels: trainLabels.map((_, i) => i % 3),
    testLabels: testLabels.map((_, i) => i % 3),
    classes: 3,
  };
  const groups = { verb: { trainLabels, testLabels, classes: 2 }, noun };
  const found = await groupedProbe({ engine, train: own, test: others, groups, seed: 1 });
  const logits = async (group: typeof noun) => {
    const { scores } = await linearProbe({ engine, train: own, test: others, ...group, seed: 1 });
    return { logits: Float32Array.from(scores), labels: group.testLabels, classes: group.classes };
  };
  const expected = groupedClassification({
    groups: { verb: await logits(groups.verb), noun: await logits(noun) },
  });
  expect(found.all!.top1).toBe(expected.all!.top1);
  expect(found.groups.verb!.top1).toBeGreaterThan(90);
  const clips = { train: train.clips, test: test.clips };
  const evaluator = groupedProbeEvaluator({
    engine,
    model,
    ...clips,
    groups,
    probe: { seed: 1 },
    batchSize: 4,
  });
  expect(await evaluator.evaluate(params)).toMatchObject({
    'verb/top1': expected.groups.verb!.top1,
    'noun/classMeanTop5': expected.groups.noun!.classMeanTop5,
    'all/top1': expected.all!.top1,
  });
});

it('groupedProbe and its evaluator refuse what is no group, and options among its labels', async () => {
  const { train: own, test: others, trainLabels, testLabels } = await featureData();
  const verb = { trainLabels, testLabels, classes: 2 };
  const refused = {
    code: 'OPTION_INVALID',
    where: expect.stringMatching(/^groupedProbe(Evaluator)?, group verb/),
  };
  const clips = { train: train.clips, test: test.clips };
  for (const wrong of [null, { classes: 2 }, { ...verb, seed: 2 }]) {
    const groups = { verb: wrong as never };
    const features = { train: own, test: others };
    await expect(groupedProbe({ engine, ...features, groups, seed: 1 })).rejects.toMatchObject(refused);
    const options = { engine, model, ...clips, groups, probe: { seed: 1 }, batchSize: 4 };
    expect(() => groupedProbeEvaluator(options)).toThrow(expect.objectContaining(refused));
  }
});

it('groupedProbe says in which group the data do not fit', async () => {
  const { train: own, test: others, trainLabels, testLabels } = await featureData();
  const groups = { verb: { trainLabels, testLabels: testLabels.map(() => 7), classes: 2 } };
  await expect(groupedProbe({ engine, train: own, test: others, groups, seed: 1 })).rejects.toMatchObject({
    code: 'LABEL_OUT_OF_RANGE',
    where: 'groupedProbe, group verb test, label of example 0',
  });
});

it('all say before the first evaluation what does not fit', () => {
  const wrong = { ...parts, test: { clips: test.clips, labels: [0] } };
  const refused = expect.objectContaining({ code: 'LABELS_MISMATCH' });
  expect(() => attentiveProbeEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  expect(() => sgdProbeEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  expect(() => fewShotEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  expect(() => linearProbeEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  expect(() => knnEvaluator({ ...wrong, probe: {} })).toThrow(refused);
  expect(() => representationBiasEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  const misspelt = { seed: 0, epoch: 3 };
  expect(() => sgdProbeEvaluator({ ...parts, probe: misspelt as never })).toThrow(/epoch/);
});
