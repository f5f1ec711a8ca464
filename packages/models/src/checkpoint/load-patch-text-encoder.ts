import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { AttentionEncoder, PictureTextEncoder } from '@tgm/masking';
import {
  type Description,
  describer,
  objectWith,
  optional,
  optionTable,
  recorded,
  text,
  unrecorded,
} from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { clipModelPatchTextEncoder } from '../clip-model/patch-text-encoder.js';
import { type PatchFeaturesVariant, patchFeaturesVariant } from '../clip-model/vision.js';
import { ModelError } from '../errors.js';
import type { Params } from '../params.js';
import { readablePictures } from '../patch-text/readable-pictures.js';
import { type PixelScale, pixelScale } from '../pixels.js';
import { patchesAlong } from '../siglip-model/config.js';
import { siglipPatchTextEncoder } from '../siglip-model/patch-text-encoder.js';
import { loadClipModel } from './clip-model-checkpoint.js';
import { readJsonIfThere } from './json-file.js';
import type { Json } from './json-keys.js';
import { loadSiglip } from './siglip-checkpoint.js';

export interface LoadPatchTextEncoderOptions {
  readonly engine: Engine;
  /** Default `value`. A SigLIP has no other: its pooling head's value path. */
  readonly variant?: PatchFeaturesVariant;
  /** The scale of pixels, instead of what the folder says. */
  readonly pixels?: PixelScale;
}

/** A teacher for text-guided and attention-guided masks, and what it is. */
export interface LoadedPatchTextEncoder extends PictureTextEncoder, AttentionEncoder {
  readonly kind: 'CLIP' | 'SigLIP';
  /** Numbers of all parameters. */
  readonly parameters: number;
  /** Height and width of its own images in pixels. */
  readonly imageSize: number;
  /** Patches along a side of them. */
  readonly side: number;
  describe(): Description;
  /** Frees the parameters. The engine is the caller's. */
  dispose(): void;
}

const place = optionTable('loadPatchTextEncoder', { folder: text() }, ModelError);
const table = optionTable(
  'loadPatchTextEncoder',
  {
    engine: unrecorded(objectWith<Engine>('an engine', ['compile'])),
    variant: optional(patchFeaturesVariant, 'value'),
    pixels: optional(pixelScale()),
  } satisfies Record<keyof LoadPatchTextEncoderOptions, unknown>,
  ModelError,
);

/**
 * Opens the image-text model of a folder as what masks by: a CLIP, as `loadClipModel` does, or a SigLIP, whichever config.json names.
 * Frames may have any size: those that are no whole patches, or smaller than the model's own pictures, are resized to what it reads.
 *
 * @throws ModelError as `loadClipModel`; `OPTION_INVALID` for another variant of a SigLIP.
 */
export async function loadPatchTextEncoder(
  folder: string,
  options: LoadPatchTextEncoderOptions,
): Promise<LoadedPatchTextEncoder> {
  place.check({ folder });
  const { engine, variant, pixels } = table.check(options);
  const config = (await readJsonIfThere(join(folder, 'config.json'))) as Json | undefined;
  if (config?.model_type !== 'siglip') {
    const opened = await loadClipModel(folder, pixels && { pixels });
    const { imageSize, patchSize } = opened.model.config.visionConfig;
    const side = imageSize / patchSize;
    const encoder = clipModelPatchTextEncoder({ ...opened, engine, variant });
    return {
      ...readablePictures(encoder, side, patchSize),
      ...facts('CLIP', opened.params, imageSize, side),
      describe: describer(
        table.where,
        { fields: {}, values: { encoder } },
        recorded(table, { engine, variant, pixels: opened.model.pixels }),
      ),
    };
  }
  if (variant !== 'value')
    throw new ModelError('OPTION_INVALID', {
      where: 'loadPatchTextEncoder, option variant',
      expected:
        '"value", since patches of a SigLIP reach the space of the texts through its pooling head alone',
      received: `"${variant}"`,
    });
  const opened = await loadSiglip(folder, pixels);
  const { visionConfig } = opened.config;
  const side = patchesAlong(visionConfig);
  return {
    ...readablePictures(siglipPatchTextEncoder(engine, opened), side, visionConfig.patchSize),
    ...facts('SigLIP', opened.params, visionConfig.imageSize, side),
    describe: describer(
      table.where,
      { fields: {}, values: { ...opened.config } },
      recorded(table, { engine, variant, pixels: opened.pixels }),
    ),
  };
}

function facts(kind: 'CLIP' | 'SigLIP', params: Params, imageSize: number, side: number) {
  return {
    kind,
    parameters: Object.values(params).reduce((sum, { size }) => sum + size, 0),
    imageSize,
    side,
    dispose: () => tf.dispose(params),
  };
}
