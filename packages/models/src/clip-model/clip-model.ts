import type * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import { type Description, describer, optional, optionTable, recorded } from '@tgm/options';
import { optionsSource } from '../config-source.js';
import { ModelError } from '../errors.js';
import type { OfficialTensor } from '../official.js';
import { initParams, type ParameterSpec, type Params } from '../params.js';
import { CLIP_MODEL_PIXELS, type PixelScale, pixelScale, scaleOf } from '../pixels.js';
import { recomputeField } from '../recompute-field.js';
import {
  type ClipModelConfig,
  type ClipModelTowers,
  checkClipModelConfig,
  recordedClipModel,
} from './config.js';
import { clipModelOfficial } from './official.js';
import { clipModelParameters } from './parameters.js';
import { encodeText } from './text.js';
import {
  classAttention,
  encodeImage,
  type PatchFeaturesVariant,
  patchFeatures,
  tokensAtDepth,
} from './vision.js';

/**
 * CLIP: pure functions of parameters and tensors that put images, their patches and texts into one space.
 * A. Radford et al., arXiv 2103.00020; the same figures as openai/CLIP and Hugging Face's `CLIPModel`.
 * Patches are [B, N, 3 p p] pixels in the scale `pixels`, each image cut by `patchify` with a tubelet of one
 * frame. Outputs are not normalised.
 */
export interface ClipModel {
  readonly config: ClipModelConfig;
  /** The scale of the pixels of patches; a checkpoint keeps it. */
  readonly pixels: PixelScale;
  /** Names and shapes of `Params`. */
  readonly parameters: readonly ParameterSpec[];
  /** How they lie in a checkpoint of the authors. */
  readonly official: readonly OfficialTensor[];
  /**
   * What it is: the function that made it, its configuration with the defaults, and whatever else decides what it
   * computes and how its parameters are drawn. Not the parameters.
   */
  describe(): Description;
  /** Fresh parameters; the caller disposes them. */
  init(random: Random): Params;
  /** The tokens after the first `depth` blocks, the class token first: [B, N, 3 p p] to [B, 1 + N, D]. */
  tokensAtDepth(params: Params, patches: tf.Tensor3D, depth: number): tf.Tensor3D;
  /**
   * The class token after all blocks. The patches that are not there are not computed, as where training drops some of them
   * (FLIP, arXiv 2212.00794).
   *
   * @param patches [B, K, 3 p p]
   * @param positions [B, K] int32 patch numbers, 0 to N - 1; by default all N in their order.
   * @returns [B, E]
   */
  encodeImage(params: Params, patches: tf.Tensor3D, positions?: tf.Tensor2D): tf.Tensor2D;
  /**
   * @param patches and `positions` as for `encodeImage`.
   * @returns [B, K, E]
   */
  patchFeatures(
    params: Params,
    patches: tf.Tensor3D,
    variant: PatchFeaturesVariant,
    positions?: tf.Tensor2D,
  ): tf.Tensor3D;
  /**
   * How much the class token attends to each patch in the last vision block, the mean over the heads. What it attends to itself is
   * left out, so that they sum to less than 1.
   *
   * @param patches and `positions` as for `encodeImage`.
   * @returns [B, K]
   */
  classAttention(params: Params, patches: tf.Tensor3D, positions?: tf.Tensor2D): tf.Tensor2D;
  /**
   * @param tokenIds [B, L] int32, L at most `maxPositionEmbeddings`.
   * @param endPositions [B] int32 place of each text's last token, from the tokenizer.
   * @returns [B, E]
   */
  encodeText(params: Params, tokenIds: tf.Tensor2D, endPositions: tf.Tensor1D): tf.Tensor2D;
}

export interface ClipModelOptions {
  /** The scale of the pixels that the vision tower reads. Default `CLIP_MODEL_PIXELS`. */
  readonly pixels?: PixelScale;
  /** As of `VideoMaeOptions`, for the blocks of both towers. Default false. */
  readonly recompute?: boolean;
}

const table = optionTable(
  'clipModel',
  { pixels: optional(pixelScale(), CLIP_MODEL_PIXELS), recompute: recomputeField() } satisfies Record<
    keyof ClipModelOptions,
    unknown
  >,
  ModelError,
);

/** @throws ModelError with `OPTION_INVALID` when the configuration is one that no model can have. */
export function clipModel(given: ClipModelConfig, options?: ClipModelOptions): ClipModel {
  const checked = table.check(options);
  const pixels = scaleOf(checked.pixels);
  const config = checkClipModelConfig(optionsSource('clipModel', given));
  const towers: ClipModelTowers = { ...config, recompute: checked.recompute };
  const parameters = clipModelParameters(config);
  return {
    config,
    pixels,
    parameters,
    official: clipModelOfficial(config),
    describe: describer(table.where, recordedClipModel(config), recorded(table, { ...checked, pixels })),
    init: (random) => initParams(parameters, random),
    tokensAtDepth: (params, patches, depth) => tokensAtDepth(towers, params, patches, depth),
    encodeImage: (params, patches, positions) => encodeImage(towers, params, patches, positions),
    patchFeatures: (params, patches, variant, positions) =>
      patchFeatures(towers, params, patches, variant, positions),
    classAttention: (params, patches, positions) => classAttention(towers, params, patches, positions),
    encodeText: (params, tokenIds, endPositions) => encodeText(towers, params, tokenIds, endPositions),
  };
}
