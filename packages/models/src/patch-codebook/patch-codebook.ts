import * as tf from '@tensorflow/tfjs';
import type { Random, TokenGrid } from '@tgm/masking';
import { type Description, describer, optional, optionTable, recorded } from '@tgm/options';
import { optionsSource } from '../config-source.js';
import { ModelError } from '../errors.js';
import { requireIndices, requireShape, requireTensor } from '../input-shape.js';
import type { OfficialTensor } from '../official.js';
import { initParams, type ParameterSpec, type Params, parameter } from '../params.js';
import { tokenGridOf, tokenSizeOf } from '../patchify.js';
import { type PixelScale, pixelScale, SYMMETRIC_PIXELS, scaleOf } from '../pixels.js';
import { linearRows } from '../transformer-block.js';
import { checkPatchCodebookConfig, type PatchCodebookConfig, recordedPatchCodebook } from './config.js';
import {
  CODES,
  type CodebookLayer,
  decoderLayers,
  encoderLayers,
  patchCodebookParameters,
} from './parameters.js';

/**
 * A codebook of tokens: each token by itself becomes the nearest of K codes, whose numbers are the targets of BEiT's form
 * (arXiv 2106.08254). VQ-VAE (A. van den Oord et al., arXiv 1711.00937), whose encoder and decoder are convolutions over a
 * picture; here they are one or two linear maps with ReLU between them, of one token alone (R). So a number tells nothing of
 * the tokens around, which may be masked.
 */
export interface PatchCodebook {
  readonly config: PatchCodebookConfig;
  readonly grid: TokenGrid;
  /** The scale of the pixels that it reads and makes; a checkpoint keeps it. */
  readonly pixels: PixelScale;
  /** P, the numbers in a token: tubeletSize * patchSize * patchSize * 3. */
  readonly tokenSize: number;
  /** Names and shapes of `Params`; `codes` [K, D] is the last. */
  readonly parameters: readonly ParameterSpec[];
  /** None, since nobody else has such checkpoints. */
  readonly official: readonly OfficialTensor[];
  /** As of `VideoMae`. */
  describe(): Description;
  /** Fresh parameters; the caller disposes them. Training replaces the codes by rows of its first batch. */
  init(random: Random): Params;
  /** [B, N, P] tokens in the scale `pixels`, in the order of `patchify` -> [B, N, D] */
  encode(params: Params, tokens: tf.Tensor3D): tf.Tensor3D;
  /** [B, N, D] from `encode` -> [B, N] int32 the number of the code that is nearest by Euclid; of two the lower one. */
  nearest(params: Params, encoded: tf.Tensor3D): tf.Tensor2D;
  /** [B, N] int32 numbers -> [B, N, D] their codes */
  codesOf(params: Params, numbers: tf.Tensor2D): tf.Tensor3D;
  /** [B, N, D] codes -> [B, N, P] tokens */
  decode(params: Params, codes: tf.Tensor3D): tf.Tensor3D;
}

export interface PatchCodebookOptions {
  /** The scale of pixels. Default `SYMMETRIC_PIXELS`, [-1, 1]. */
  readonly pixels?: PixelScale;
}

const table = optionTable(
  'patchCodebook',
  { pixels: optional(pixelScale(), SYMMETRIC_PIXELS) } satisfies Record<keyof PatchCodebookOptions, unknown>,
  ModelError,
);

/** @throws ModelError with `OPTION_INVALID` when the configuration is one that no codebook can have. */
export function patchCodebook(given: PatchCodebookConfig, options?: PatchCodebookOptions): PatchCodebook {
  const checked = table.check(options);
  const pixels = scaleOf(checked.pixels);
  const config = checkPatchCodebookConfig(optionsSource('patchCodebook', given));
  const parameters = patchCodebookParameters(config);
  const [encoder, decoder] = [encoderLayers(config), decoderLayers(config)];
  const tokenSize = tokenSizeOf(config);
  const { codeWidth } = config;

  return {
    config,
    grid: tokenGridOf(config),
    pixels,
    tokenSize,
    parameters,
    official: [],
    describe: describer(table.where, recordedPatchCodebook(config), recorded(table, { ...checked, pixels })),
    init: (random) => initParams(parameters, random),
    encode: (params, tokens) => mapped('encode', params, encoder, tokens, tokenSize),
    nearest(params, encoded) {
      const [batch, count] = batchOf('nearest', 'encoded', encoded, codeWidth);
      const codes = parameter<tf.Tensor2D>(params, CODES);
      return tf.tidy(() => {
        const products = tf.matMul(tf.reshape(encoded, [-1, codeWidth]), codes, false, true); // [B * N, K]
        // The square of the row itself is the same for all codes.
        const distances = tf.sub(tf.sum(tf.square(codes), 1), tf.mul(products, 2));
        return tf.reshape(tf.argMin(distances, 1), [batch, count]);
      });
    },
    codesOf(params, numbers) {
      const [batch, count] = requireIndices('codesOf', 'numbers', numbers);
      const rows = tf.gather(parameter(params, CODES), tf.reshape(numbers, [-1]));
      return tf.reshape(rows, [batch, count, codeWidth]);
    },
    decode: (params, codes) => mapped('decode', params, decoder, codes, codeWidth),
  };
}

/** Linear maps with ReLU between them: [B, N, inputs] to [B, N, outputs]. */
function mapped(
  where: string,
  params: Params,
  layers: readonly CodebookLayer[],
  given: tf.Tensor3D,
  inputs: number,
): tf.Tensor3D {
  const [batch, count] = batchOf(where, where === 'encode' ? 'tokens' : 'codes', given, inputs);
  let rows = tf.reshape(given, [batch * count, inputs]) as tf.Tensor2D;
  for (const [index, { names }] of layers.entries()) {
    rows = linearRows(params, names, index === 0 ? rows : tf.relu(rows));
  }
  return tf.reshape(rows, [batch, count, layers.at(-1)!.outputs]);
}

/** B and N. @throws ModelError with `INPUT_SHAPE`, `OPTION_INVALID` when it is no tensor. */
function batchOf(where: string, input: string, tensor: tf.Tensor, width: number): [number, number] {
  requireTensor(where, input, tensor);
  const [batch = 1, count = 1] = tensor.shape;
  requireShape(where, input, tensor, [batch, count, width]);
  return [batch, count];
}
