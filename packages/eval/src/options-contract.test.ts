import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { videoMae, videoMaeClassifier } from '@tgm/models';
import { optionsContract } from '@tgm/options/testing';
import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, it } from 'vitest';
import * as evaluation from './index.js';

const engine = await cpuEngine();
const random = seededRandom('options');
const model = videoMae({
  numFrames: 2,
  imageSize: 4,
  patchSize: 2,
  tubeletSize: 2,
  hiddenSize: 4,
  numHiddenLayers: 1,
  numAttentionHeads: 1,
  intermediateSize: 4,
  decoderHiddenSize: 4,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 1,
  decoderIntermediateSize: 4,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
});
const params = model.init(random);
const classifier = videoMaeClassifier({
  numFrames: 2,
  imageSize: 4,
  patchSize: 2,
  tubeletSize: 2,
  hiddenSize: 4,
  numHiddenLayers: 1,
  numAttentionHeads: 1,
  intermediateSize: 4,
  layerNormEps: 1e-6,
  labels: ['a', 'b'],
});
const features = (count: number) => ({
  values: Float32Array.from({ length: count * 2 }, () => random()),
  count,
  width: 2,
});
const labels = (count: number) => Int32Array.from({ length: count }, (_, row) => row % 2);
const clips = (count: number) => Array.from({ length: count }, () => new Uint8Array(12));
const labelled = (count: number) => ({ clips: clips(count), labels: labels(count) });
const [train, test] = [features(40), features(6)];
const sets = { train, trainLabels: labels(40), test, testLabels: labels(6), classes: 2 };
const pairs = { queries: test, gallery: test, queryGroups: labels(6), galleryGroups: labels(6) };
const wholeClips = (count: number) => Array.from({ length: count }, () => new Uint8Array(2 * 4 * 4 * 3));
const scored = { scores: Float64Array.of(1, 2, 3, 4), labels: [0, 1], classes: 2 };
const hiding = {
  engine,
  model,
  clips: wholeClips(1),
  masks: [{ visible: [0], masked: [1, 2, 3] }],
  batchSize: 1,
};
const marked = { values: Float32Array.of(0, 1), count: 1, width: 2 };
const tokensOf = ({ values, count }: typeof train) => ({ values, count, tokens: 1, width: 2 });
const classOf = { texts: features(2), textClasses: labels(2), classes: 2 };
const head = { seed: 1, blocks: 1, attentionHeads: 1, rates: [1e-3], weightDecays: [0], epochs: 1 };
const recipe = { seed: 1, epochs: 1, warmupEpochs: 0 };
const probing = { engine, model, train: labelled(40), test: labelled(6), classes: 2, batchSize: 4 };
const linear = { seed: 1 };
const {
  attentiveProbe,
  attentiveProbeEvaluator,
  boxCoverage,
  captionPairs,
  captionPairsEvaluator,
  captionRetrieval,
  captionRetrievalEvaluator,
  classification,
  classTexts,
  encoderRepresentation,
  extractFeatures,
  extractTokens,
  featureExtractor,
  featureScores,
  fewShot,
  fewShotEvaluator,
  generalisation,
  generalisationEvaluator,
  clustering,
  clusteringEvaluator,
  groupedClassification,
  groupedProbe,
  groupedProbeEvaluator,
  knn,
  knnEvaluator,
  linearProbeEvaluator,
  pairAccuracy,
  pairAccuracyEvaluator,
  representationBiasEvaluator,
  saliencyEvaluator,
  mtebResult,
  linearProbe,
  multiViewScores,
  multiViewTest,
  pixelBaseline,
  pixelRepresentation,
  readFeatures,
  readTokenFeatures,
  representation,
  intervals,
  pairedDifferences,
  retrieval,
  sgdProbe,
  sgdProbeEvaluator,
  rankedList,
  reconstructionError,
  reconstructionEvaluator,
  representationBias,
  saliencyScores,
  teacherRepresentation,
  writeFeatures,
  zeroShot,
  zeroShotEvaluator,
} = evaluation;

const folder = mkdtempSync(join(tmpdir(), 'tgm-features-'));
afterAll(() => rmSync(folder, { recursive: true }));
const stored = (tokens: boolean) => ({
  folder: join(folder, String(tokens)),
  examples: [{ id: 'a', frames: wholeClips(1)[0]! }],
  representations: { encoder: encoderRepresentation({ engine, model, params, batchSize: 1, tokens }) },
});

const checks = optionsContract({
  module: evaluation,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    encoderRepresentation: (extra) =>
      encoderRepresentation({ engine, model, params, batchSize: 1, ...extra }),
    pixelRepresentation: (extra) =>
      pixelRepresentation({ frameCount: 1, height: 2, width: 2, slices: 1, cells: 2, ...extra }),
    teacherRepresentation: (extra) =>
      teacherRepresentation({
        teacher: { width: 1, describe: () => ({ is: 'a' }), features: () => new Float32Array(1) },
        ...extra,
      }),
    writeFeatures: (extra) => writeFeatures({ ...stored(false), ...extra }),
    readFeatures: async (extra) => {
      await writeFeatures(stored(false));
      return readFeatures(stored(false).folder, { parts: ['encoder'], ...extra });
    },
    readTokenFeatures: async (extra) => {
      await writeFeatures(stored(true));
      return readTokenFeatures(stored(true).folder, { parts: ['encoder'], ...extra });
    },
    featureExtractor: (extra) => featureExtractor({ engine, model, batchSize: 1, ...extra }),
    extractFeatures: (extra) =>
      extractFeatures({
        engine,
        model,
        batchSize: 1,
        params,
        clips: [new Uint8Array(2 * 4 * 4 * 3)],
        ...extra,
      }),
    extractTokens: (extra) =>
      extractTokens({ engine, model, batchSize: 1, params, clips: wholeClips(1), ...extra }),
    classification: (extra) => classification({ ...scored, ...extra }),
    intervals: (extra) => intervals(classification(scored).outcome, { draws: 100, ...extra }),
    pairedDifferences: (extra) =>
      pairedDifferences(classification(scored).outcome, classification(scored).outcome, {
        draws: 100,
        ...extra,
      }),
    attentiveProbe: (extra) =>
      attentiveProbe({
        engine,
        ...sets,
        train: tokensOf(train),
        test: tokensOf(test),
        ...head,
        ...extra,
      }),
    attentiveProbeEvaluator: (extra) => attentiveProbeEvaluator({ ...probing, probe: head, ...extra }),
    linearProbeEvaluator: (extra) => linearProbeEvaluator({ ...probing, probe: linear, ...extra }),
    knnEvaluator: (extra) => knnEvaluator({ ...probing, probe: {}, ...extra }),
    pairAccuracy: (extra) => pairAccuracy({ ...scored, ...extra }),
    pairAccuracyEvaluator: (extra) => pairAccuracyEvaluator({ ...probing, probe: linear, ...extra }),
    captionPairs: (extra) => captionPairs({ videos: test, captions: test, ...extra }),
    captionPairsEvaluator: (extra) =>
      captionPairsEvaluator({ engine, model, clips: clips(6), captions: test, batchSize: 1, ...extra }),
    clustering: (extra) => clustering({ features: test, labels: labels(6), seed: 1, ...extra }),
    clusteringEvaluator: (extra) =>
      clusteringEvaluator({ engine, model, test: labelled(6), probe: linear, batchSize: 1, ...extra }),
    generalisation: (extra) =>
      generalisation({
        splits: { one: { factor: 'domain', ...sets } },
        protocol: (data) => knn({ ...data, k: 1 }),
        seed: 1,
        ...extra,
      }),
    generalisationEvaluator: (extra) =>
      generalisationEvaluator({
        engine,
        model,
        splits: { one: { factor: 'domain', train: labelled(10), test: labelled(6), classes: 2 } },
        batchSize: 1,
        seed: 1,
        ...extra,
      }),
    groupedProbe: (extra) =>
      groupedProbe({
        engine,
        train,
        test,
        groups: { verb: { trainLabels: labels(40), testLabels: labels(6), classes: 2 } },
        ...linear,
        ...extra,
      }),
    groupedProbeEvaluator: (extra) =>
      groupedProbeEvaluator({
        engine,
        model,
        train: clips(40),
        test: clips(6),
        groups: { verb: { trainLabels: labels(40), testLabels: labels(6), classes: 2 } },
        probe: linear,
        batchSize: 1,
        ...extra,
      }),
    representationBiasEvaluator: (extra) =>
      representationBiasEvaluator({ ...probing, probe: linear, ...extra }),
    boxCoverage: (extra) =>
      boxCoverage({ boxes: [[[]]], height: 1, width: 1, patchSize: 1, tubeletSize: 1, ...extra }),
    saliencyEvaluator: (extra) => saliencyEvaluator({ saliency: () => marked, inside: marked, ...extra }),
    sgdProbe: (extra) => sgdProbe({ engine, ...sets, ...recipe, ...extra }),
    sgdProbeEvaluator: (extra) => sgdProbeEvaluator({ ...probing, probe: recipe, ...extra }),
    captionRetrieval: (extra) => captionRetrieval({ videos: test, captions: test, ...extra }),
    captionRetrievalEvaluator: (extra) =>
      captionRetrievalEvaluator({ engine, model, clips: clips(6), captions: test, batchSize: 1, ...extra }),
    rankedList: (extra) => rankedList({ queries: test, gallery: train, ...extra }),
    classTexts: (extra) => classTexts({ classes: ['a'], ...extra }),
    zeroShot: (extra) => zeroShot({ videos: test, labels: labels(6), ...classOf, ...extra }),
    zeroShotEvaluator: (extra) =>
      zeroShotEvaluator({
        engine,
        model,
        clips: clips(6),
        labels: labels(6),
        batchSize: 1,
        ...classOf,
        ...extra,
      }),
    fewShot: (extra) => fewShot({ engine, ...sets, seed: 1, draws: 1, ...extra }),
    fewShotEvaluator: (extra) => fewShotEvaluator({ ...probing, probe: { seed: 1 }, ...extra }),
    mtebResult: async (extra) => {
      const result = await fewShot({ engine, ...sets, seed: 1, draws: 1 });
      return mtebResult({ result, taskName: 'a', datasetRevision: 'b', ...extra });
    },
    groupedClassification: (extra) =>
      groupedClassification({
        groups: { verb: { logits: test.values, labels: labels(6), classes: 2 } },
        ...extra,
      }),
    saliencyScores: (extra) => saliencyScores({ saliency: marked, inside: marked, ...extra }),
    representationBias: (extra) =>
      representationBias({ outcome: classification(scored).outcome, classes: 2, ...extra }, { draws: 100 }),
    reconstructionError: (extra) => reconstructionError({ ...hiding, params, ...extra }),
    reconstructionEvaluator: (extra) => reconstructionEvaluator({ ...hiding, ...extra }),
    pixelBaseline: (extra) =>
      pixelBaseline(clips(1), { frameCount: 1, height: 2, width: 2, slices: 1, cells: 2, ...extra }),
    knn: (extra) => knn({ ...sets, k: 3, ...extra }),
    linearProbe: (extra) => linearProbe({ engine, ...sets, seed: 1, ...extra }),
    featureScores: (extra) => featureScores({ engine, ...sets, seed: 1, ...extra }),
    retrieval: (extra) => retrieval({ ...pairs, ...extra }),
    multiViewTest: (extra) =>
      multiViewTest({ engine, model: classifier, videos: [], batchSize: 1, ...extra }),
    multiViewScores: (extra) =>
      multiViewScores({
        engine,
        model: classifier,
        params: classifier.init(random),
        videos: [{ id: 'a', frames: new Uint8Array(2 * 4 * 4 * 3), label: 0 }],
        batchSize: 1,
        ...extra,
      }),
    representation: (extra) =>
      representation({
        engine,
        model,
        train: labelled(40),
        test: labelled(6),
        classes: 2,
        batchSize: 4,
        seed: 1,
        ...extra,
      }),
  },
});
for (const { name, run } of checks) it(name, run);
