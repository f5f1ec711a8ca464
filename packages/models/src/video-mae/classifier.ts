import * as tf from '@tensorflow/tfjs';
import type { Random, TokenGrid } from '@tgm/masking';
import { type Description, describer, optional, optionTable, recorded } from '@tgm/options';
import { optionsSource } from '../config-source.js';
import { ModelError } from '../errors.js';
import { requireShape, requireTensor } from '../input-shape.js';
import type { OfficialTensor } from '../official.js';
import { initParams, type ParameterSpec, type Params } from '../params.js';
import { tokenGridOf, tokenSizeOf } from '../patchify.js';
import { IMAGENET_PIXELS, type PixelScale, pixelScale, scaleOf } from '../pixels.js';
import { recomputeField } from '../recompute-field.js';
import { sinusoidTable } from '../sinusoid.js';
import { linearRows, normRows } from '../transformer-block.js';
import { embedTokens, encoderBlocks } from './blocks.js';
import {
  checkClassifierConfig,
  classifierWithoutDefaults,
  recordedClassifier,
  type VideoMaeClassifierConfig,
} from './config.js';
import type { VideoMaeOptions } from './encoder.js';
import { type LabelGroup, labelGroups } from './label-groups.js';
import { classifierOfficial } from './official.js';
import { CLASSIFIER, classifierNorm, classifierParameters } from './parameters.js';

/**
 * A fine-tuned Video MAE: the encoder over all tokens, their mean or the first of them, a norm and a linear layer.
 * VideoMAE's modeling_finetune.py; the same figures as Hugging Face's `VideoMAEForVideoClassification`.
 */
export interface VideoMaeClassifier {
  readonly config: VideoMaeClassifierConfig;
  readonly grid: TokenGrid;
  /** The scale of the pixels that `encode` takes; a checkpoint keeps it. */
  readonly pixels: PixelScale;
  /** P, the numbers in a token: tubeletSize * patchSize * patchSize * 3. */
  readonly tokenSize: number;
  /** Names and shapes of `Params`. */
  readonly parameters: readonly ParameterSpec[];
  /** The parts of the logits, one for each label that a clip has. */
  readonly groups: readonly LabelGroup[];
  /** How they lie in a checkpoint of the authors. */
  readonly official: readonly OfficialTensor[];
  /**
   * What the model is: the function that made it, its configuration with the defaults, and whatever else decides what it
   * computes and how its parameters are drawn. Not the parameters.
   */
  describe(): Description;
  /** Fresh parameters, but for copies of those that `pretrained` has; the caller disposes them. */
  init(random: Random, pretrained?: Params): Params;
  /**
   * What the last block says of each token, without a norm.
   * @param tokens [B, N, P] all tokens, pixels in the scale `pixels`, in the order of `patchify`.
   * @param dropPath [layers, 2, B] from `drawDropPath`; only in training.
   * @returns [B, N, D]
   */
  encode(params: Params, tokens: tf.Tensor3D, dropPath?: tf.Tensor3D): tf.Tensor3D;
  /** The features of a clip, the norm of its tokens' mean, or of its first token: [B, N, D] from `encode` to [B, D]. */
  pool(params: Params, encoded: tf.Tensor3D): tf.Tensor2D;
  /** [B, D] from `pool` to [B, C] logits, those of all groups. */
  classify(params: Params, features: tf.Tensor2D): tf.Tensor2D;
}

/** Options of `VideoMaeOptions` that a classifier has too. */
export type VideoMaeClassifierOptions = Pick<VideoMaeOptions, 'pixels' | 'recompute'>;

const OPTIONS = optionTable(
  'videoMaeClassifier',
  {
    pixels: optional(pixelScale(), IMAGENET_PIXELS),
    recompute: recomputeField(),
  } satisfies Record<keyof VideoMaeClassifierOptions, unknown>,
  ModelError,
);

/** @throws ModelError with `OPTION_INVALID` when the configuration is one that no model can have. */
export function videoMaeClassifier(
  given: VideoMaeClassifierConfig,
  options?: VideoMaeClassifierOptions,
): VideoMaeClassifier {
  const { recompute, ...checked } = OPTIONS.check(options);
  const pixels = scaleOf(checked.pixels);
  const config = checkClassifierConfig(optionsSource('videoMaeClassifier', given));
  const grid = tokenGridOf(config);
  const count = grid.slices * grid.rows * grid.columns;
  const tokenSize = tokenSizeOf(config);
  const parameters = classifierParameters(config);
  const { hiddenSize, numHiddenLayers, useMeanPooling } = config;
  const norm = classifierNorm(config);
  const epsilon = useMeanPooling ? config.poolNormEps : config.layerNormEps;
  const table = sinusoidTable(count, hiddenSize);

  return {
    config: classifierWithoutDefaults(config),
    grid,
    pixels,
    tokenSize,
    parameters,
    groups: labelGroups(config.labels),
    official: classifierOfficial(config),
    describe: describer(
      OPTIONS.where,
      recordedClassifier(config),
      recorded(OPTIONS, { ...checked, pixels, recompute }),
    ),

    init(random, pretrained = {}) {
      const fresh = parameters.filter(({ name }) => pretrained[name] === undefined);
      const drawn = initParams(fresh, random);
      return Object.fromEntries(
        parameters.map(({ name, shape }) => {
          const known = pretrained[name];
          if (known) requireShape('videoMaeClassifier.init', name, known, shape);
          return [name, known ? tf.clone(known) : drawn[name]!];
        }),
      );
    },

    encode(params, tokens, dropPath) {
      requireTensor('encode', 'tokens', tokens);
      const batch = tokens.shape[0];
      requireShape('encode', 'tokens', tokens, [batch, count, tokenSize]);
      if (dropPath) requireShape('encode', 'dropPath', dropPath, [numHiddenLayers, 2, batch]);
      const embedded = tf.reshape(embedTokens(params, tokens), [batch, count, hiddenSize]);
      const placed = tf.add(embedded, tf.tensor2d(table, [count, hiddenSize]));
      const rows = tf.reshape(placed, [batch * count, hiddenSize]) as tf.Tensor2D;
      const x = encoderBlocks(config, params, rows, batch, recompute, dropPath);
      return tf.reshape(x, [batch, count, hiddenSize]);
    },

    pool(params, encoded) {
      requireTensor('pool', 'encoded', encoded);
      const [batch, tokens] = encoded.shape;
      requireShape('pool', 'encoded', encoded, [batch, tokens, hiddenSize]);
      const pooled = useMeanPooling
        ? tf.mean(encoded, 1) // [B, D]
        : tf.reshape(tf.slice(encoded, [0, 0, 0], [-1, 1, -1]), [-1, hiddenSize]);
      return normRows(params, norm, pooled as tf.Tensor2D, epsilon);
    },

    classify(params, features) {
      requireTensor('classify', 'features', features);
      requireShape('classify', 'features', features, [features.shape[0], hiddenSize]);
      return linearRows(params, CLASSIFIER, features);
    },
  };
}
