import { videoMaeEncoder } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { extractFeatures } from './extract-features.js';
import { attentiveProbeEvaluator, fewShotEvaluator, sgdProbeEvaluator } from './probe-evaluators.js';
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

it('all say before the first evaluation what does not fit', () => {
  const wrong = { ...parts, test: { clips: test.clips, labels: [0] } };
  const refused = expect.objectContaining({ code: 'LABELS_MISMATCH' });
  expect(() => attentiveProbeEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  expect(() => sgdProbeEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  expect(() => fewShotEvaluator({ ...wrong, probe: { seed: 0 } })).toThrow(refused);
  const misspelt = { seed: 0, epoch: 3 };
  expect(() => sgdProbeEvaluator({ ...parts, probe: misspelt as never })).toThrow(/epoch/);
});
