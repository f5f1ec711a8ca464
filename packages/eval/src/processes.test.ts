import * as tf from '@tensorflow/tfjs';
import { videoMae, videoMaeClassifier } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { beforeEach, expect, it } from 'vitest';
import * as evaluation from './index.js';
import { shareOf } from './processes.js';
import { asProcesses } from './processes.test-support.js';
import type { TestVideo } from './test-video.js';

const onnx = await onnxEngine({ threads: 1 });
/** Passes of clips through a model. */
let passes = 0;
beforeEach(() => {
  passes = 0;
});
const engine = {
  ...onnx,
  compile(compute: Parameters<Engine['compile']>[0]) {
    const run = onnx.compile(compute);
    return (inputs: never) => {
      if ('positions' in (inputs as object) || 'visible' in (inputs as object)) passes += 1;
      return run(inputs);
    };
  },
} as Engine;

const size = { numFrames: 2, imageSize: 8, patchSize: 4, tubeletSize: 2, hiddenSize: 8 };
const encoder = {
  ...size,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  intermediateSize: 16,
  layerNormEps: 1e-6,
};
const model = videoMae({
  ...encoder,
  decoderHiddenSize: 8,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 16,
  decoderNormEps: 1e-6,
});
const params = model.init(seededRandom('processes'));
const random = seededRandom('texts');
const joint = {
  ...params,
  'contrastive.projection.weight': tf.tensor2d(
    Float32Array.from({ length: 24 }, () => random() - 0.5),
    [3, 8],
  ),
};
const classifier = videoMaeClassifier({ ...encoder, labels: ['dark', 'bright'] });
const classifierParams = classifier.init(seededRandom('classifier'));

/** Noise over one of two brightnesses. */
function clipsOf(count: number, key: string) {
  const noise = seededRandom(key);
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const clips = labels.map((label) =>
    Uint8Array.from({ length: 2 * 8 * 8 * 3 }, () => 60 + 20 * label + 90 * noise()),
  );
  return { clips, labels };
}
const [train, test] = [clipsOf(42, 'train'), clipsOf(18, 'test')];
const vectors = (count: number) => ({
  values: Float32Array.from({ length: count * 3 }, () => random() - 0.5),
  count,
  width: 3,
});
const parts = { engine, model, batchSize: 4, intervals: true };
const probing = { ...parts, train, test, classes: 2 };
const { intervals: _, ...withoutIntervals } = parts;
const videos: TestVideo[] = test.clips.map((frames, at) => ({
  id: `video ${at}`,
  frames,
  others: [{ frames: train.clips[at]! }],
  label: test.labels[at]!,
}));

/** Videos of which some can be read alone, and one cannot be read at all. */
const sampled = (read: number[]) => ({
  length: videos.length,
  samples: videos.length,
  async *read(from: number, to: number) {
    for (let at = from; at < to; at++) {
      read.push(at);
      yield { examples: at === 5 ? [] : [videos[at]!] };
    }
  },
  async *[Symbol.asyncIterator]() {
    for (const [at, video] of videos.entries()) if (at !== 5) yield video;
  },
});

const evaluators = {
  representation: evaluation.representation({
    ...probing,
    seed: 0,
    captions: { embeddings: vectors(18), groups: test.labels },
  }),
  linear: evaluation.linearProbeEvaluator({ ...probing, probe: { seed: 0 } }),
  knn: evaluation.knnEvaluator({ ...probing, probe: {} }),
  sgd: evaluation.sgdProbeEvaluator({ ...probing, probe: { seed: 0, epochs: 3, warmupEpochs: 0, rate: 1 } }),
  fewShot: evaluation.fewShotEvaluator({ ...probing, probe: { seed: 0, draws: 2 } }),
  attentive: evaluation.attentiveProbeEvaluator({
    ...probing,
    probe: { seed: 0, blocks: 1, attentionHeads: 2, rates: [1e-2], weightDecays: [0], epochs: 2 },
  }),
  bias: evaluation.representationBiasEvaluator({ ...probing, probe: { seed: 0 } }),
  pairs: evaluation.pairAccuracyEvaluator({ ...probing, probe: { seed: 0 } }),
  grouped: evaluation.groupedProbeEvaluator({
    ...parts,
    train: train.clips,
    test: test.clips,
    groups: { brightness: { trainLabels: train.labels, testLabels: test.labels, classes: 2 } },
    probe: { seed: 0 },
  }),
  generalisation: evaluation.generalisationEvaluator({
    ...parts,
    splits: { other: { factor: 'domain', classes: 2, train, test } },
    seed: 0,
  }),
  clustering: evaluation.clusteringEvaluator({ ...withoutIntervals, test, probe: { seed: 0 } }),
  captionRetrieval: evaluation.captionRetrievalEvaluator({
    ...parts,
    clips: test.clips,
    captions: vectors(18),
  }),
  zeroShot: evaluation.zeroShotEvaluator({
    ...parts,
    clips: test.clips,
    labels: test.labels,
    texts: vectors(2),
    textClasses: [0, 1],
    classes: 2,
  }),
  captionPairs: evaluation.captionPairsEvaluator({ ...parts, clips: test.clips, captions: vectors(18) }),
  reconstruction: evaluation.reconstructionEvaluator({
    ...parts,
    clips: test.clips,
    masks: test.clips.map((_, at) => ({
      visible: [at % 4],
      masked: [0, 1, 2, 3].filter((token) => token !== at % 4),
    })),
  }),
  multiView: evaluation.multiViewTest({ ...parts, model: classifier, videos }),
  multiViewStream: evaluation.multiViewTest({ ...parts, model: classifier, videos: sampled([]) }),
};

it.each(Object.entries(evaluators))(
  'find together what one process does, in as many passes: %s',
  async (name, evaluator) => {
    const measured = name.startsWith('multiView') ? classifierParams : joint;
    const alone = await evaluator.evaluate(measured);
    const passesAlone = passes;
    passes = 0;
    expect(evaluator.together).toBe(true);
    const both = await asProcesses(2, (processes) => evaluator.evaluate(measured, processes));
    expect(both).toEqual([alone, alone]);
    expect(passes).toBe(passesAlone);
  },
);

it('share whole passes, so that no more are needed', () => {
  const shares = (count: number, size: number) =>
    Array.from({ length: size }, (_, rank) => shareOf({ rank, size, allGather: async () => [] }, count, 4));
  expect(shares(18, 2)).toEqual([
    { from: 0, to: 8 },
    { from: 8, to: 18 },
  ]);
  expect(shares(24, 3).map(({ from, to }) => to - from)).toEqual([8, 8, 8]);
  expect(shares(3, 3)).toEqual([
    { from: 0, to: 0 },
    { from: 0, to: 0 },
    { from: 0, to: 3 },
  ]);
  expect(shareOf(undefined, 18, 4)).toEqual({ from: 0, to: 18 });
});

it('have the features and tokens of all clips each, also those without a share', async () => {
  const options = { engine, model, params, clips: test.clips.slice(0, 9), batchSize: 4 };
  const features = await evaluation.extractFeatures(options);
  const tokens = await evaluation.extractTokens(options);
  const told: number[] = [];
  for (const size of [2, 5]) {
    for (const each of await asProcesses(size, (processes) =>
      evaluation.extractFeatures({ ...options, processes, onProgress: (done) => told.push(done) }),
    ))
      expect(each).toEqual(features);
    for (const each of await asProcesses(size, (processes) =>
      evaluation.extractTokens({ ...options, processes }),
    ))
      expect(each).toEqual(tokens);
  }
  // Of two, one has a pass and one has two.
  expect(told.slice(0, 3).sort((a, b) => a - b)).toEqual([7, 9, 9]);
});

it('read their own videos alone, and miss none that cannot be read', async () => {
  const options = { engine, model: classifier, params: classifierParams, batchSize: 4 };
  const alone = await evaluation.multiViewScores({ ...options, videos: sampled([]) });
  expect([alone.videos, alone.leftOut]).toEqual([17, 1]);
  const read: number[][] = [[], [], []];
  const all = await asProcesses(3, (processes) =>
    evaluation.multiViewScores({ ...options, videos: sampled(read[processes.rank]!), processes }),
  );
  expect(all).toEqual([alone, alone, alone]);
  expect(read.map(({ length }) => length)).toEqual([4, 8, 6]);
  expect(new Set(read.flat()).size).toBe(18);
});

it('see that two of them have videos of one id', async () => {
  const twice = videos.map((video, at) => (at === 7 ? { ...video, id: 'video 0' } : video));
  const found = await asProcesses(2, (processes) =>
    evaluation
      .multiViewScores({
        engine,
        model: classifier,
        params: classifierParams,
        batchSize: 4,
        videos: twice,
        processes,
      })
      .catch((error) => `${error.code} ${error.where}`),
  );
  expect(found).toEqual(Array(2).fill('OPTION_INVALID multiViewScores, option videos, number 7'));
});
