import { clip, clipTokenizer } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, test } from 'vitest';
import { renderPairs } from './pairs.js';
import { CONTEXT_LENGTH, OBJECT_CONTEXT_LENGTH, tinyClipConfig } from './tiny-clip.js';
import { makeTokenizer } from './tokenizer-file.js';
import { trainClip } from './train.js';

test('both terms start at chance and fall', { timeout: 120_000 }, async () => {
  const pairs = [...renderPairs(11, 24)];
  const captions = pairs.flatMap((pair) => [...pair.captions.object, ...pair.captions.scene]);
  const files = makeTokenizer(captions, CONTEXT_LENGTH);
  const tokenizer = (length: number) => clipTokenizer(files.tokenizer, files.config, length);
  const engine = await onnxEngine();
  const imageText: number[] = [];
  const paraphrase: number[] = [];
  const training = trainClip({
    model: clip(tinyClipConfig(files.vocabularySize)),
    engine,
    objectTokenizer: tokenizer(OBJECT_CONTEXT_LENGTH),
    sceneTokenizer: tokenizer(CONTEXT_LENGTH),
    pairs,
    steps: 24,
    batchSize: 12,
    learningRate: 2e-3,
    seed: 0,
  });
  for await (const progress of training) {
    if (progress.imageText !== undefined) imageText.push(progress.imageText);
    paraphrase.push(progress.paraphrase);
  }
  await engine.dispose();

  expect(paraphrase).toHaveLength(24);
  expect(imageText).toHaveLength(18);
  // Pairs of the same object are no negatives of each other, and fresh embeddings are not quite alike.
  expect(imageText[0]!).toBeGreaterThan(2 * Math.log(12) - 1);
  expect(paraphrase[0]!).toBeGreaterThan(Math.log(48) - 1);
  expect(imageText.at(-1)!).toBeLessThan(imageText[0]! - 0.3);
  expect(paraphrase.at(-1)!).toBeLessThan(paraphrase[0]! - 0.5);
});

test('pairs are a pure function of the seed, and other clips than a data set of that seed', () => {
  const [first] = renderPairs(11, 1);
  const [again] = renderPairs(11, 1);
  const [other] = renderPairs(12, 1);
  expect(Buffer.compare(first!.image, again!.image)).toBe(0);
  expect(Buffer.compare(first!.image, other!.image)).not.toBe(0);
});
