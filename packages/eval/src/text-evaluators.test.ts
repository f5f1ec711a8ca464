import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { captionRetrieval } from './caption-retrieval.js';
import { extractFeatures } from './extract-features.js';
import { projectVideo } from './project-video.js';
import { captionRetrievalEvaluator, zeroShotEvaluator } from './text-evaluators.js';
import { tinyEncoder } from './tiny-encoder.test-support.js';
import { zeroShot } from './zero-shot/zero-shot.js';

const engine = await cpuEngine();
const model = tinyEncoder();
const random = seededRandom('text evaluators');
const clips = Array.from({ length: 6 }, () => Uint8Array.from({ length: 96 }, () => 255 * random()));
const texts = { values: Float32Array.from({ length: 12 * 3 }, () => random() - 0.5), count: 12, width: 3 };
const weight = Float32Array.from({ length: 12 }, () => random() - 0.5);
const encoder = model.init(random);
const params = { ...encoder, 'contrastive.projection.weight': tf.tensor2d(weight, [3, 4]) };
const parts = { engine, model, clips, batchSize: 4 };
const textClasses = Array.from({ length: 12 }, (_, text) => text % 6);

it('captionRetrievalEvaluator measures clips in the space of the texts', async () => {
  const options = { captions: texts, captionVideos: textClasses };
  const evaluator = captionRetrievalEvaluator({ ...parts, ...options });
  const videos = projectVideo(await extractFeatures({ ...parts, params: encoder }), weight);
  const { textToVideo, videoToText } = captionRetrieval({ videos, ...options });
  const numbers = await evaluator.evaluate(params);
  expect(numbers).toMatchObject({
    'textToVideo/R@1': textToVideo.recall.at1,
    'textToVideo/meanRank': textToVideo.meanRank,
    'videoToText/medianRank': videoToText.medianRank,
  });
  const told = await captionRetrievalEvaluator({ ...parts, ...options, intervals: true }).evaluate(params);
  expect(told).toMatchObject(numbers);
  expect(told['videoToText/R@5/from']).toBeLessThanOrEqual(numbers['videoToText/R@5']!);
  await expect(evaluator.evaluate(encoder)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

it('zeroShotEvaluator classifies clips by texts', async () => {
  const options = { labels: [0, 1, 2, 3, 4, 5], texts, textClasses, classes: 6, combine: 'scores' as const };
  const videos = projectVideo(await extractFeatures({ ...parts, params: encoder }), weight);
  const { top1, top5, classMeanTop1, classMeanTop5 } = zeroShot({ videos, ...options });
  const evaluator = zeroShotEvaluator({ ...parts, ...options });
  expect(await evaluator.evaluate(params)).toEqual({ top1, top5, classMeanTop1, classMeanTop5 });
  await expect(evaluator.evaluate(encoder)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

it('both say before the first evaluation what does not fit', () => {
  const code = (code: string) => expect.objectContaining({ code });
  const captioned = { ...parts, captions: texts, captionVideos: textClasses };
  expect(() => captionRetrievalEvaluator({ ...captioned, captionVideos: [0] })).toThrow(
    code('LABELS_MISMATCH'),
  );
  expect(() => captionRetrievalEvaluator({ ...captioned, clips: clips.slice(1) })).toThrow(
    code('LABEL_OUT_OF_RANGE'),
  );
  const labelled = { ...parts, labels: [0, 1, 2, 3, 4, 5], texts, textClasses, classes: 6 };
  expect(() => zeroShotEvaluator({ ...labelled, labels: [0] })).toThrow(code('LABELS_MISMATCH'));
  expect(() => zeroShotEvaluator({ ...labelled, classes: 7 })).toThrow(code('TOO_FEW_EXAMPLES'));
});
