import * as tf from '@tensorflow/tfjs';
import { videoMaeEncoder } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { intervals } from '../bootstrap.js';
import { extractFeatures } from '../extract-features.js';
import { linearProbe } from '../linear-probe.js';
import { projectVideo } from '../project-video.js';
import { captionPairs } from './caption-pairs.js';
import { pairAccuracy } from './pair-accuracy.js';
import { captionPairsEvaluator, pairAccuracyEvaluator } from './pair-evaluators.js';

const rows = (...vectors: number[][]) => ({
  values: Float32Array.from(vectors.flat()),
  count: vectors.length,
  width: vectors[0]!.length,
});

const codeOf = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

describe('pairAccuracy', () => {
  it('counts a pair where both of its clips are right, ties shared', () => {
    // Right and right; right and wrong; wrong and wrong; a tie of two and right.
    const scores = Float64Array.of(2, 1, 1, 2, 2, 1, 2, 1, 1, 2, 2, 1, 1, 1, 1, 2);
    const labels = [0, 1, 0, 1, 0, 1, 0, 1];
    const { both, clip, chance, outcome } = pairAccuracy({ scores, labels, classes: 2 });
    expect([...outcome.figures.both!.values]).toEqual([100, 0, 0, 50]);
    expect(both).toBe(37.5);
    expect(clip).toBe((100 * 4.5) / 8);
    expect(chance).toBe(25);
    expect(outcome.count).toBe(4);
    expect(intervals(outcome, { draws: 100 }).both!.value).toBe(both);
  });

  it('gives nothing to whoever says the same of both, and a quarter to guesses of two classes', () => {
    const random = seededRandom('guesses');
    const labels = Array.from({ length: 8000 }, (_, i) => i % 2);
    const same = labels.flatMap((_, i) => ((i >> 1) % 3 === 0 ? [1, 0] : [0, 1]));
    expect(pairAccuracy({ scores: Float64Array.from(same), labels, classes: 2 })).toMatchObject({
      both: 0,
      clip: 50,
    });
    const guesses = Float64Array.from({ length: 16000 }, () => random());
    expect(Math.abs(pairAccuracy({ scores: guesses, labels, classes: 2 }).both - 25)).toBeLessThan(2.5); // 3.6 deviations
  });

  it('refuses half a pair', () => {
    const scores = Float64Array.of(1, 0, 1, 0, 1, 0);
    expect(codeOf(() => pairAccuracy({ scores, labels: [0, 0, 0], classes: 2 }))).toBe('TOO_FEW_EXAMPLES');
    expect(() => pairAccuracy({ scores, labels: [0, 2, 1], classes: 2 })).toThrow(/^pairAccuracy, label of/);
  });
});

describe('captionPairs', () => {
  /** A pair whose cosines are [[a, b], [c, d]], video by caption: captions are the axes, and a third axis takes the rest. */
  const pair = (a: number, b: number, c: number, d: number) => ({
    videos: [
      [a, b, Math.sqrt(1 - a * a - b * b)],
      [c, d, Math.sqrt(1 - c * c - d * d)],
    ],
    captions: [
      [2, 0, 0],
      [0, 3, 0],
    ],
  });

  it("gives Winoground's three scores", () => {
    const pairs = [
      pair(0.5, 0.2, 0.1, 0.4), // text, video and group
      pair(0.5, 0.4, 0.6, 0.7), // the second video is nearer to both captions: text only
      pair(0.5, 0.7, 0.4, 0.8), // the second caption is nearer to both videos: video only
      pair(0.3, 0.6, 0.5, 0.2), // neither
      pair(0.4, 0.4, 0.4, 0.4), // all alike: neither
    ];
    const { text, video, group, chance, outcome } = captionPairs({
      videos: rows(...pairs.flatMap(({ videos }) => videos)),
      captions: rows(...pairs.flatMap(({ captions }) => captions)),
    });
    expect([...outcome.figures.text!.values]).toEqual([100, 100, 0, 0, 0]);
    expect([...outcome.figures.video!.values]).toEqual([100, 0, 100, 0, 0]);
    expect({ text, video, group }).toEqual({ text: 40, video: 40, group: 20 });
    expect(chance.group).toBeCloseTo(16.6667, 4);
  });

  it('reaches the chance that it tells where nothing is related', () => {
    const random = seededRandom('unrelated');
    const drawn = () =>
      rows(...Array.from({ length: 12000 }, () => Array.from({ length: 8 }, () => random() - 0.5)));
    const { text, video, group, chance } = captionPairs({ videos: drawn(), captions: drawn() });
    expect(Math.abs(text - chance.text)).toBeLessThan(2); // 3.5 deviations of 6,000 pairs
    expect(Math.abs(video - chance.video)).toBeLessThan(2);
    expect(Math.abs(group - chance.group)).toBeLessThan(1.7);
  });

  it('refuses wrong input by code', () => {
    const two = rows([1, 0], [0, 1]);
    expect(codeOf(() => captionPairs({ videos: rows([1, 0]), captions: rows([1, 0]) }))).toBe(
      'TOO_FEW_EXAMPLES',
    );
    expect(codeOf(() => captionPairs({ videos: two, captions: rows([1, 0]) }))).toBe('SHAPE_MISMATCH');
    expect(codeOf(() => captionPairs({ videos: two, captions: rows([1], [0]) }))).toBe('SHAPE_MISMATCH');
  });
});

describe('the evaluators', async () => {
  const engine = await cpuEngine();
  const model = videoMaeEncoder({
    numFrames: 2,
    imageSize: 4,
    patchSize: 2,
    tubeletSize: 2,
    hiddenSize: 8,
    numHiddenLayers: 1,
    numAttentionHeads: 1,
    intermediateSize: 8,
    layerNormEps: 1e-6,
  });
  const random = seededRandom('pairs of clips');
  const encoder = model.init(random);
  const parts = { engine, model, batchSize: 4 };
  /** Two frames, one dark and one bright; a pair shows the same frames in both orders. */
  const clips = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      Uint8Array.from({ length: 96 }, (_, at) => (at < 48 === (i % 2 === 0) ? 30 : 200) + 40 * random()),
    );
  const labelled = (count: number) => ({
    clips: clips(count),
    labels: Array.from({ length: count }, (_, i) => i % 2),
  });

  it('pairAccuracyEvaluator probes clips', async () => {
    const [train, test] = [labelled(40), labelled(8)];
    const options = { ...parts, train, test, classes: 2, probe: { seed: 1 } };
    const data = {
      train: await extractFeatures({ ...parts, params: encoder, clips: train.clips }),
      trainLabels: train.labels,
      test: await extractFeatures({ ...parts, params: encoder, clips: test.clips }),
      testLabels: test.labels,
      classes: 2,
    };
    const { scores, top1 } = await linearProbe({ engine, seed: 1, ...data });
    const { both, clip } = pairAccuracy({ scores, labels: test.labels, classes: 2 });
    expect(await pairAccuracyEvaluator(options).evaluate(encoder)).toEqual({ both, clip });
    expect(clip).toBeCloseTo(top1, 10);
    expect(both).toBe(100); // an encoder that sees both frames of a token sees their order
    expect(codeOf(() => pairAccuracyEvaluator({ ...options, test: labelled(7) }))).toBe('TOO_FEW_EXAMPLES');
  });

  it('captionPairsEvaluator compares clips in the space of the texts', async () => {
    const weight = Float32Array.from({ length: 24 }, () => random() - 0.5);
    const captions = rows(
      ...Array.from({ length: 8 }, () => [random() - 0.5, random() - 0.5, random() - 0.5]),
    );
    const own = clips(8);
    const videos = projectVideo(await extractFeatures({ ...parts, params: encoder, clips: own }), weight);
    const { text, video, group } = captionPairs({ videos, captions });
    const evaluator = captionPairsEvaluator({ ...parts, clips: own, captions });
    const params = { ...encoder, 'contrastive.projection.weight': tf.tensor2d(weight, [3, 8]) };
    expect(await evaluator.evaluate(params)).toEqual({ text, video, group });
    await expect(evaluator.evaluate(encoder)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const codeFor = (change: object) =>
      codeOf(() => captionPairsEvaluator({ ...parts, clips: own, captions, ...change }));
    expect(codeFor({ clips: own.slice(1) })).toBe('TOO_FEW_EXAMPLES');
    expect(codeFor({ clips: own.slice(2) })).toBe('SHAPE_MISMATCH');
  });
});
