import * as tf from '@tensorflow/tfjs';
import type { Random, TokenGrid } from '@tgm/masking';
import { requireIndices, requireShape } from '../input-shape.js';
import type { OfficialTensor } from '../official.js';
import { initParams, type ParameterSpec, type Params, parameter } from '../params.js';
import { tokenGridOf, tokenSizeOf } from '../patchify.js';
import { IMAGENET_PIXELS, type PixelScale } from '../pixels.js';
import { lastRows, linearRows, normRows } from '../transformer-block.js';
import { decoderBlocks, embedTokens, encoderBlocks } from './blocks.js';
import {
  checkVideoMaeConfig,
  predictedFramesOf,
  VIDEO_MAE_CONFIGS,
  type VideoMaeConfig,
  type VideoMaeSize,
} from './config.js';
import { videoMaeOfficial } from './official.js';
import * as names from './parameters.js';
import { stack } from './stack.js';

export interface VideoMaeOptions {
  /** The scale of the pixels that the encoder reads. Default `IMAGENET_PIXELS`. */
  readonly pixels?: PixelScale;
  /**
   * Draws the last matrices of attention and MLP smaller by sqrt(2 layers) (Radford et al., GPT-2, 2019, section 2.3),
   * so that the first features are mostly tokens and positions: a short run then learns sooner. Default false, the
   * reference's way.
   */
  readonly scaledResiduals?: boolean;
}

/**
 * The masked autoencoder of video: pure functions of parameters and tensors, for `Engine.compile` and `tf.grads`.
 * VideoMAE, arXiv 2203.12602; the same figures as MCG-NJU/VideoMAE and Hugging Face's `VideoMAEForPreTraining`.
 */
export interface VideoMae {
  readonly config: VideoMaeConfig;
  readonly grid: TokenGrid;
  /** The scale of the pixels that `encode` takes; a checkpoint keeps it. */
  readonly pixels: PixelScale;
  /** P, the numbers in a token: tubeletSize * patchSize * patchSize * 3. */
  readonly tokenSize: number;
  /** Frames of a tubelet that `decode` predicts, from its first on. */
  readonly predictedFrames: number;
  /** Names and shapes of `Params`. */
  readonly parameters: readonly ParameterSpec[];
  /** How they lie in a checkpoint of the authors. */
  readonly official: readonly OfficialTensor[];
  /** Fresh parameters; the caller disposes them. */
  init(random: Random): Params;
  /**
   * The features of some tokens, after the final norm.
   * @param tokens [B, K, P] pixels in the scale `pixels`, in the order of `patchify`.
   * @param positions [B, K] int32 token numbers, 0 to N - 1.
   * @returns [B, K, D]
   */
  encode(params: Params, tokens: tf.Tensor3D, positions: tf.Tensor2D): tf.Tensor3D;
  /**
   * The reconstruction of the hidden tokens.
   * @param latent [B, K, D] from `encode`.
   * @param visible [B, K] int32 token numbers of `latent`.
   * @param masked [B, M] int32 token numbers to reconstruct.
   * @returns [B, M, Q], the first Q = predictedFrames * patchSize * patchSize * 3 of each token's P numbers.
   */
  decode(params: Params, latent: tf.Tensor3D, visible: tf.Tensor2D, masked: tf.Tensor2D): tf.Tensor3D;
}

/**
 * A Video MAE of a published size or of any configuration.
 * @throws ConfigError when the configuration is one that no model can have.
 */
export function videoMae(
  sizeOrConfig: VideoMaeSize | VideoMaeConfig,
  { pixels = IMAGENET_PIXELS, scaledResiduals = false }: VideoMaeOptions = {},
): VideoMae {
  const given = typeof sizeOrConfig === 'string' ? VIDEO_MAE_CONFIGS[sizeOrConfig] : sizeOrConfig;
  const config = checkVideoMaeConfig(given ?? {}, 'videoMae');
  const grid = tokenGridOf(config);
  const tokenSize = tokenSizeOf(config);
  const predictionSize = names.predictionSizeOf(config);
  const parameters = names.videoMaeParameters(config, scaledResiduals);
  const { hiddenSize, decoderHiddenSize } = config;
  const epsilon = config.layerNormEps;
  const encoder = stack(config, names.ENCODER_STACK, hiddenSize);
  const decoder = stack(config, names.DECODER_STACK, decoderHiddenSize);

  return {
    config,
    grid,
    pixels,
    tokenSize,
    predictedFrames: predictedFramesOf(config),
    parameters,
    official: videoMaeOfficial(config),

    init: (random) => initParams(parameters, random),

    encode(params, tokens, positions) {
      const [batch, count] = requireIndices('encode', 'positions', positions);
      requireShape('encode', 'tokens', tokens, [batch, count, tokenSize]);
      const embedded = embedTokens(params, tokens); // [B * K, D]
      const placed = tf.add(embedded, rowsAt(encoder.positions(params), positions)) as tf.Tensor2D;
      const x = encoderBlocks(config, params, encoder.enter(params, placed, batch), batch);
      const rows = lastRows(x, batch, count);
      return tf.reshape(normRows(params, names.ENCODER_NORM, rows, epsilon), [batch, count, hiddenSize]);
    },

    decode(params, latent, visible, masked) {
      const [batch, count] = requireIndices('decode', 'visible', visible);
      const [, hidden] = requireIndices('decode', 'masked', masked);
      requireShape('decode', 'masked', masked, [batch, hidden]);
      requireShape('decode', 'latent', latent, [batch, count, hiddenSize]);
      const bridged = linearRows(params, names.BRIDGE, tf.reshape(latent, [batch * count, hiddenSize]));
      const table = decoder.positions(params);
      const seen = tf.add(bridged, rowsAt(table, visible));
      const maskToken = tf.reshape(parameter(params, names.MASK_TOKEN), [1, decoderHiddenSize]);
      const unseen = tf.add(maskToken, rowsAt(table, masked));
      const joined = tf.concat(
        [
          tf.reshape(seen, [batch, count, decoderHiddenSize]),
          tf.reshape(unseen, [batch, hidden, decoderHiddenSize]),
        ],
        1,
      ); // [B, K + M, decoder width]
      const entered = decoder.enter(params, tf.reshape(joined, [-1, decoderHiddenSize]), batch);
      const rows = decoderBlocks(config, params, entered, batch, hidden);
      const normed = normRows(params, names.DECODER_NORM, rows, config.decoderNormEps);
      return tf.reshape(linearRows(params, names.DECODER_HEAD, normed), [batch, hidden, predictionSize]);
    },
  };
}

/** [B, K] token numbers to [B * K, width] rows of a table. */
function rowsAt(table: tf.Tensor2D, positions: tf.Tensor2D): tf.Tensor2D {
  return tf.gather(table, tf.reshape(positions, [-1])) as tf.Tensor2D;
}
