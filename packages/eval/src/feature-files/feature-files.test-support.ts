import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SYMMETRIC_PIXELS, type VideoMaeConfig, videoMae } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { TestVideo } from '../test-video.js';
import { encoderRepresentation } from './encoder-representation.js';
import type { FeatureFormat } from './feature-format.js';
import { pixelRepresentation } from './pixel-representation.js';
import type { WriteFeaturesOptions } from './write-features.js';

export const config: VideoMaeConfig = {
  numFrames: 4,
  imageSize: 8,
  patchSize: 4,
  tubeletSize: 2,
  hiddenSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 24,
  decoderHiddenSize: 6,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 12,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
};
export const model = videoMae(config, { pixels: SYMMETRIC_PIXELS });
export const CLIP_BYTES = 4 * 8 * 8 * 3;
export const PIXELS = { frameCount: 4, height: 8, width: 8, slices: 2, cells: 2 };

export const noise = (...key: (string | number)[]): Uint8Array => {
  const random = seededRandom('clip', ...key);
  return Uint8Array.from({ length: CLIP_BYTES }, () => random() * 256);
};

/** Clips of noise, of which those of class 1 are brighter. */
export const examplesOf = (count: number, views = 1): TestVideo[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `clip ${at}`,
    frames: noise(at).map((value) => (value >> 1) + 127 * (at % 2)),
    ...(views > 1 && {
      others: Array.from({ length: views - 1 }, (__, view) => ({ frames: noise(at, view) })),
    }),
    label: at % 2,
  }));

/** Seven shards of an encoder and of pixels. */
export async function writing(folder: string, format: FeatureFormat): Promise<WriteFeaturesOptions> {
  const engine = await onnxEngine({ threads: 1 });
  const params = model.init(seededRandom('init'));
  return {
    folder,
    format,
    shardSize: 4,
    examples: examplesOf(26),
    representations: {
      encoder: encoderRepresentation({ engine, model, params, batchSize: 3 }),
      pixels: pixelRepresentation(PIXELS),
    },
  };
}

/** The files of a folder, in hexadecimal by their names. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await readFile(join(folder, name))).toString('hex')]),
    ),
  );
}
