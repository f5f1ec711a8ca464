import type * as tf from '@tensorflow/tfjs';
import { describer, oneOf, optionTable, recorded } from '@tgm/options';
import { optionsSource } from '../config-source.js';
import { ModelError } from '../errors.js';
import { initParams, type Params } from '../params.js';
import { tokenGridOf, tokenSizeOf } from '../patchify.js';
import { scaleOf } from '../pixels.js';
import {
  checkVideoMaeConfig,
  recordedVideoMae,
  VIDEO_MAE_CONFIGS,
  type VideoMaeConfig,
  type VideoMaeSize,
  withoutDefaults,
} from './config.js';
import { decodeFunctions, type VideoMaeDecoder } from './decoder.js';
import { encodeFunctions, VIDEO_MAE_OPTIONS, type VideoMaeEncoder, type VideoMaeOptions } from './encoder.js';
import { videoMaeOfficial } from './official.js';
import { videoMaeParameters } from './parameters.js';

/**
 * The masked autoencoder of video: pure functions of parameters and tensors, for `Engine.compile` and `tf.grads`.
 * VideoMAE, arXiv 2203.12602; the same figures as MCG-NJU/VideoMAE and Hugging Face's `VideoMAEForPreTraining`.
 */
export interface VideoMae extends VideoMaeEncoder, VideoMaeDecoder {
  readonly config: VideoMaeConfig;
  /** Frames of a tubelet that `decode` predicts, from its first on. */
  readonly predictedFrames: number;
  /**
   * The reconstruction of the masked tokens.
   * @param latent [B, K, D] from `encode`.
   * @param visible [B, K] int32 token numbers of `latent`.
   * @param masked [B, M] int32 token numbers to reconstruct.
   * @returns [B, M, Q], the first Q = predictedFrames * patchSize * patchSize * 3 of each token's P numbers.
   */
  decode(params: Params, latent: tf.Tensor3D, visible: tf.Tensor2D, masked: tf.Tensor2D): tf.Tensor3D;
}

const table = optionTable('videoMae', VIDEO_MAE_OPTIONS, ModelError);
const sizes = optionTable(
  'videoMae',
  { size: oneOf(Object.keys(VIDEO_MAE_CONFIGS) as VideoMaeSize[]) },
  ModelError,
);

/**
 * A Video MAE of a published size or of any configuration.
 * @throws ModelError with `OPTION_INVALID` when the configuration is one that no model can have.
 */
export function videoMae(sizeOrConfig: VideoMaeSize | VideoMaeConfig, options?: VideoMaeOptions): VideoMae {
  const checked = table.check(options);
  const { scaledResiduals, recompute } = checked;
  const pixels = scaleOf(checked.pixels);
  const given =
    typeof sizeOrConfig === 'string'
      ? VIDEO_MAE_CONFIGS[sizes.check({ size: sizeOrConfig }).size]
      : sizeOrConfig;
  const config = checkVideoMaeConfig(optionsSource('videoMae', given));
  const parameters = videoMaeParameters(config, scaledResiduals);
  const { decodeTokens, predictPixels } = decodeFunctions(config, recompute);

  return {
    config: withoutDefaults<VideoMaeConfig>(config),
    grid: tokenGridOf(config),
    pixels,
    scaledResiduals,
    tokenSize: tokenSizeOf(config),
    predictedFrames: config.predictedFrames,
    parameters,
    official: videoMaeOfficial(config),
    describe: describer(table.where, recordedVideoMae(config), recorded(table, { ...checked, pixels })),

    init: (random) => initParams(parameters, random),

    ...encodeFunctions(config, recompute),

    decode: (params, latent, visible, masked) =>
      predictPixels(params, decodeTokens(params, latent, visible, masked)),
    decodeTokens,
    predictPixels,
  };
}
