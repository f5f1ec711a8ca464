import * as tf from '@tensorflow/tfjs';
import type { Random, TokenGrid } from '@tgm/masking';
import { type Description, describer, flag, optional, optionTable, recorded } from '@tgm/options';
import { optionsSource } from '../config-source.js';
import { ModelError } from '../errors.js';
import { requireIndices, requireShape, requireTensor } from '../input-shape.js';
import type { OfficialTensor } from '../official.js';
import { initParams, type ParameterSpec, type Params } from '../params.js';
import { tokenGridOf, tokenSizeOf } from '../patchify.js';
import { IMAGENET_PIXELS, type PixelScale, pixelScale, scaleOf } from '../pixels.js';
import { recomputeField } from '../recompute-field.js';
import { attentionShares, lastRows, normRows } from '../transformer-block.js';
import { embedTokens, encoderBlocks } from './blocks.js';
import {
  checkEncoderConfig,
  recordedEncoder,
  type VideoMaeEncoderConfig,
  type WithDefaults,
  withoutDefaults,
} from './config.js';
import { encoderOfficial } from './official.js';
import { ENCODER_NORM, ENCODER_STACK, encoderBlock, encoderParameters } from './parameters.js';
import { rowsAt, stack } from './stack.js';

export interface VideoMaeOptions {
  /** The scale of the pixels that the encoder reads. Default `IMAGENET_PIXELS`. */
  readonly pixels?: PixelScale;
  /**
   * Draws the last matrices of attention and MLP smaller by sqrt(2 layers) (Radford et al., GPT-2, 2019, section 2.3),
   * so that the first features are mostly tokens and positions: a short run then learns sooner. Default false, the
   * reference's way.
   */
  readonly scaledResiduals?: boolean;
  /**
   * Computes each block again for its gradient, so that only its input is kept until then: less memory for one more forward
   * pass, the same gradients (T. Chen et al., arXiv 1604.06174). Default false.
   */
  readonly recompute?: boolean;
}

export const VIDEO_MAE_OPTIONS = {
  pixels: optional(pixelScale(), IMAGENET_PIXELS),
  scaledResiduals: optional(flag(), false),
  recompute: recomputeField(),
} satisfies Record<keyof VideoMaeOptions, unknown>;

/**
 * The encoder of a Video MAE alone: pure functions of parameters and tensors. VideoMAE, arXiv 2203.12602; the same figures as
 * Hugging Face's `VideoMAEModel`.
 */
export interface VideoMaeEncoder {
  readonly config: VideoMaeEncoderConfig;
  readonly grid: TokenGrid;
  /** The scale of the pixels that `encode` takes; a checkpoint keeps it. */
  readonly pixels: PixelScale;
  /** Whether `init` draws the last matrices of attention and MLP smaller; a checkpoint does not keep it. */
  readonly scaledResiduals: boolean;
  /** P, the numbers in a token: tubeletSize * patchSize * patchSize * 3. */
  readonly tokenSize: number;
  /** Names and shapes of `Params`. */
  readonly parameters: readonly ParameterSpec[];
  /** How they lie in a checkpoint of the authors. */
  readonly official: readonly OfficialTensor[];
  /** Tensors of larger models, which an encoder alone lets pass when it is loaded. */
  readonly otherParts?: RegExp;
  /**
   * What the model is: the function that made it, its configuration with the defaults, and whatever else decides what it
   * computes and how its parameters are drawn. Not the parameters.
   */
  describe(): Description;
  /** Fresh parameters; the caller disposes them. */
  init(random: Random): Params;
  /**
   * The features of some tokens, after the final norm where the encoder has one.
   * @param tokens [B, K, P] pixels in the scale `pixels`, in the order of `patchify`.
   * @param positions [B, K] int32 token numbers, 0 to N - 1.
   * @returns [B, K, D]
   */
  encode(params: Params, tokens: tf.Tensor3D, positions: tf.Tensor2D): tf.Tensor3D;
  /** The first half of `encode`: [B, K, P] pixels to [B, K, D] patch embeddings with their positions. */
  embed(params: Params, tokens: tf.Tensor3D, positions: tf.Tensor2D): tf.Tensor3D;
  /** The second half of `encode`: [B, K, D] from `embed` to [B, K, D]. */
  encodeEmbedded(params: Params, embedded: tf.Tensor3D): tf.Tensor3D;
  /**
   * How much the last block attends to each token: the class token's attention where there is one, else the mean of what all
   * tokens give. Meant as a constant: whoever computes with it lets no gradient through.
   * @param embedded [B, K, D] from `embed`.
   * @returns [B, heads, K]
   */
  attendedTo(params: Params, embedded: tf.Tensor3D): tf.Tensor3D;
}

/** What a file holds besides an encoder: Python's decoder and head, and those of the authors. */
const BESIDES_ENCODER = /^(decoder|classifier|fc_norm|head)\.|^mask_token$|^encoder_to_decoder\./;

const table = optionTable('videoMaeEncoder', VIDEO_MAE_OPTIONS, ModelError);

/**
 * An encoder for features; `videoMae` has one too.
 * @throws ModelError with `OPTION_INVALID` when the configuration is one that no model can have.
 */
export function videoMaeEncoder(given: VideoMaeEncoderConfig, options?: VideoMaeOptions): VideoMaeEncoder {
  const checked = table.check(options);
  const { scaledResiduals, recompute } = checked;
  const pixels = scaleOf(checked.pixels);
  const config = checkEncoderConfig(optionsSource('videoMaeEncoder', given));
  const parameters = encoderParameters(config, scaledResiduals);
  return {
    config: withoutDefaults<VideoMaeEncoderConfig>(config),
    grid: tokenGridOf(config),
    pixels,
    scaledResiduals,
    tokenSize: tokenSizeOf(config),
    parameters,
    official: encoderOfficial(config),
    otherParts: BESIDES_ENCODER,
    describe: describer(table.where, recordedEncoder(config), recorded(table, { ...checked, pixels })),
    init: (random) => initParams(parameters, random),
    ...encodeFunctions(config, recompute),
  };
}

type EncodeFunctions = Pick<VideoMaeEncoder, 'encode' | 'embed' | 'encodeEmbedded' | 'attendedTo'>;

/** What a `VideoMaeEncoder` of a checked configuration computes. */
export function encodeFunctions(
  config: WithDefaults<VideoMaeEncoderConfig>,
  recompute: boolean,
): EncodeFunctions {
  const { hiddenSize, numHiddenLayers, layerNormEps, useMeanPooling, classToken } = config;
  const tokenSize = tokenSizeOf(config);
  const encoder = stack(config, ENCODER_STACK, hiddenSize);

  const entered = (where: string, params: Params, embedded: tf.Tensor3D) => {
    requireTensor(where, 'embedded', embedded);
    const [batch, count] = embedded.shape;
    requireShape(where, 'embedded', embedded, [batch, count, hiddenSize]);
    const rows = tf.reshape(embedded, [batch * count, hiddenSize]) as tf.Tensor2D;
    return { batch, count, rows: encoder.enter(params, rows, batch) };
  };
  const embed: EncodeFunctions['embed'] = (params, tokens, positions) => {
    const [batch, count] = requireIndices('encode', 'positions', positions);
    requireShape('encode', 'tokens', tokens, [batch, count, tokenSize]);
    const placed = tf.add(embedTokens(params, tokens), rowsAt(encoder.positions(params), positions));
    return tf.reshape(placed, [batch, count, hiddenSize]);
  };
  const encodeEmbedded: EncodeFunctions['encodeEmbedded'] = (params, embedded) => {
    const { batch, count, rows } = entered('encodeEmbedded', params, embedded);
    const last = lastRows(encoderBlocks(config, params, rows, batch, recompute), batch, count);
    const features = useMeanPooling ? last : normRows(params, ENCODER_NORM, last, layerNormEps);
    return tf.reshape(features, [batch, count, hiddenSize]);
  };
  return {
    embed,
    encodeEmbedded,
    encode: (params, tokens, positions) => encodeEmbedded(params, embed(params, tokens, positions)),
    attendedTo(params, embedded) {
      const { batch, count, rows } = entered('attendedTo', params, embedded);
      const before = { ...config, numHiddenLayers: numHiddenLayers - 1 };
      const x = encoderBlocks(before, params, rows, batch, false);
      const shares = attentionShares(
        params,
        encoderBlock(numHiddenLayers - 1, config),
        { heads: config.numAttentionHeads, epsilon: layerNormEps },
        x,
        batch,
        classToken ? 1 : undefined,
      );
      return lastColumns(shares, count);
    },
  };
}

/** [B, heads, 1 + K] without a class token's own share: [B, heads, K]. */
const lastColumns = (shares: tf.Tensor3D, count: number): tf.Tensor3D =>
  tf.slice(shares, [0, 0, shares.shape[2] - count], [-1, -1, count]);
