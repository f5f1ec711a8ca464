import * as tf from '@tensorflow/tfjs';
import { chooseIndices, type Random, seededRandom } from '@tgm/masking';
import {
  type VideoMae,
  type VideoMaeClassifier,
  type VideoMaeClassifierConfig,
  type VideoMaeConfig,
  type VideoMaeEncoder,
  type VideoMaeEncoderConfig,
  videoMae,
  videoMaeClassifier,
  videoMaeEncoder,
} from '@tgm/models';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { MaskedBatch, ViewTensors } from './masked-batch.js';

export const ENGINES: readonly { name: string; make: () => Promise<Engine> }[] = [
  { name: 'cpu', make: () => cpuEngine() },
  { name: 'onnx', make: () => onnxEngine({ threads: 1 }) },
];

export const TINY: VideoMaeConfig = {
  imageSize: 16,
  patchSize: 8,
  numFrames: 4,
  tubeletSize: 2,
  hiddenSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 24,
  decoderHiddenSize: 8,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 16,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
};

/** E of the tiny batches. */
export const TEXT_WIDTH = 5;

/** V of the captions of the tiny batches. */
export const WORDS = 6;

/** N of the tiny model. */
const TOKENS = 8;

export const tinyModel = (change: Partial<VideoMaeConfig> = {}): VideoMae => videoMae({ ...TINY, ...change });

/** The encoder of `TINY`. */
export function tinyEncoder(change: Partial<VideoMaeEncoderConfig> = {}): VideoMaeEncoder {
  const { imageSize, patchSize, numFrames, tubeletSize, hiddenSize, ...rest } = TINY;
  const { numHiddenLayers, numAttentionHeads, intermediateSize, layerNormEps } = rest;
  const blocks = { hiddenSize, numHiddenLayers, numAttentionHeads, intermediateSize, layerNormEps };
  return videoMaeEncoder({ imageSize, patchSize, numFrames, tubeletSize, ...blocks, ...change });
}

/** Two blocks and three classes. */
export function tinyClassifier(change: Partial<VideoMaeClassifierConfig> = {}): VideoMaeClassifier {
  const { imageSize, patchSize, numFrames, tubeletSize, hiddenSize, numAttentionHeads } = TINY;
  return videoMaeClassifier({
    imageSize,
    patchSize,
    numFrames,
    tubeletSize,
    hiddenSize,
    numAttentionHeads,
    numHiddenLayers: 2,
    intermediateSize: TINY.intermediateSize,
    layerNormEps: 1e-6,
    poolNormEps: 1e-6,
    labels: ['walk', 'run', 'jump'],
    ...change,
  });
}

/** Noise of B clips: 5 tokens are seen and 3 reconstructed; 2 are seen in the view `contrast`. The caller disposes it. */
export function tinyBatch(model: VideoMae, clips: number, seed: string) {
  const random = seededRandom(seed);
  const orders = Array.from({ length: clips }, () => [...chooseIndices(TOKENS, TOKENS, random)]);
  const predicted = model.predictedFrames * model.config.patchSize ** 2 * 3;
  const keys = (numbers: readonly number[]) =>
    tf.tensor2d(
      numbers.flatMap((number) => [number, 7]),
      [numbers.length, 2],
      'int32',
    );
  const numbers = Array.from({ length: clips }, (_, clip) => clip);
  return {
    views: {
      reconstruct: view(model, orders, 0, 5, random),
      contrast: view(model, orders, 3, 2, random),
    },
    reconstruct: {
      masked: tf.tensor2d(
        orders.map((order) => order.slice(5)),
        [clips, 3],
        'int32',
      ),
      pixels: tf.tensor3d(noise(clips * 3 * predicted, random), [clips, 3, predicted]),
      features: tf.tensor3d(noise(clips * 3 * 4, random), [clips, 3, 4]),
    },
    visibleFeatures: tf.tensor3d(noise(clips * 5 * 4, random), [clips, 5, 4]),
    text: {
      embedding: tf.tensor2d(noise(clips * TEXT_WIDTH, random), [clips, TEXT_WIDTH]),
      captionKey: keys(numbers.map((clip) => clip % 3)),
    },
    captionTokens: captionTokens(clips, random),
    sampleKey: keys(numbers),
  } satisfies MaskedBatch;
}

function view(
  model: VideoMae,
  orders: readonly (readonly number[])[],
  from: number,
  count: number,
  random: Random,
): ViewTensors {
  const clips = orders.length;
  return {
    tokens: tf.tensor3d(noise(clips * count * model.tokenSize, random), [clips, count, model.tokenSize]),
    positions: tf.tensor2d(
      orders.map((order) => order.slice(from, from + count)),
      [clips, count],
      'int32',
    ),
  };
}

/** Captions of one to four of `WORDS` words in four places; every other word is hidden, the first always. */
function captionTokens(clips: number, random: Random) {
  const places = Array.from({ length: clips * 4 }, (_, at) => ({ clip: Math.floor(at / 4), place: at % 4 }));
  const flags = (of: (clip: number, place: number) => boolean) =>
    tf.tensor2d(
      places.map(({ clip, place }) => Number(of(clip, place))),
      [clips, 4],
    );
  return {
    ids: tf.tensor2d(
      places.map(() => Math.floor(random() * WORDS)),
      [clips, 4],
      'int32',
    ),
    used: flags((clip, place) => place <= clip % 4),
    masked: flags((clip, place) => place <= clip % 4 && place % 2 === 0),
  };
}

const noise = (count: number, random: Random): Float32Array => Float32Array.from({ length: count }, random);

/** `count` clips of a batch. */
export function clipsFrom(batch: MaskedBatch, from: number, count: number): MaskedBatch {
  const cut = (tree: object): object =>
    Object.fromEntries(
      Object.entries(tree).map(([name, value]) => [
        name,
        value instanceof tf.Tensor ? tf.slice(value, from, count) : cut(value),
      ]),
    );
  return cut(batch) as MaskedBatch;
}
