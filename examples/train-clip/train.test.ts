import { clip, clipTokenizer } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, test } from 'vitest';
import { renderPairs } from './pairs.js';
import { CONTEXT_LENGTH, tinyClipConfig } from './tiny-clip.js';
import { makeTokenizer } from './tokenizer-file.js';
import { type TrainClipProgress, trainClip } from './train.js';

test('both terms start at chance and fall', { timeout: 120_000 }, async () => {
  const pairs = [...renderPairs(11, 24)];
  const captions = pairs.flatMap((pair) => [...pair.captions.object, ...pair.captions.scene]);
  const files = makeTokenizer(captions, CONTEXT_LENGTH);
  const tokenizer = clipTokenizer(files.tokenizer, files.config, CONTEXT_LENGTH);
  const model = clip(tinyClipConfig(files.vocabularySize));
  const engine = await onnxEngine();
  const history: TrainClipProgress[] = [];
  const onStep = (progress: TrainClipProgress) => history.push(progress);
  await trainClip({
    model,
    engine,
    tokenizer,
    pairs,
    epochs: 6,
    batchSize: 12,
    learningRate: 2e-3,
    seed: 0,
    onStep,
  });
  await engine.dispose();

  expect(history).toHaveLength(24);
  // Few images of the same object are no negatives of each other, and cosines are not yet zero.
  expect(Math.abs(history[0]!.imageText - Math.log(12))).toBeLessThan(0.8);
  expect(history[0]!.paraphrase).toBeGreaterThan(Math.log(24) - 0.8);
  expect(history.at(-1)!.paraphrase).toBeLessThan(history[0]!.paraphrase - 0.5);
  expect(history.at(-1)!.imageText).toBeLessThan(history[0]!.imageText - 0.1);
});

test('pairs are a pure function of the seed, and other clips than a data set of that seed', () => {
  const [first] = renderPairs(11, 1);
  const [again] = renderPairs(11, 1);
  const [other] = renderPairs(12, 1);
  expect(Buffer.compare(first!.image, again!.image)).toBe(0);
  expect(Buffer.compare(first!.image, other!.image)).not.toBe(0);
});
