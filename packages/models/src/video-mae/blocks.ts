import * as tf from '@tensorflow/tfjs';
import { gelu, linear } from '@tgm/tfjs-backend-onnx';
import { type Params, parameter } from '../params.js';
import { type BlockShape, transformerBlock } from '../transformer-block.js';
import type { VideoMaeBlocksConfig, VideoMaeConfig, WithDefaults } from './config.js';
import * as names from './parameters.js';

/** [B, K, P] pixels of tokens to [B * K, D], without positions. */
export function embedTokens(params: Params, tokens: tf.Tensor3D): tf.Tensor2D {
  const [batch, count, tokenSize] = tokens.shape;
  const rows = tf.reshape(tokens, [batch * count, tokenSize]) as tf.Tensor2D;
  const weight = parameter(params, names.PATCH_PROJECTION.weight); // [D, 3, t, p, p]
  const ordered = tf.transpose(weight, [0, 2, 3, 4, 1]); // as a token's pixels are
  const matrix = tf.reshape(ordered, [weight.shape[0]!, tokenSize]) as tf.Tensor2D;
  return linear(rows, matrix, parameter<tf.Tensor1D>(params, names.PATCH_PROJECTION.bias)) as tf.Tensor2D;
}

/**
 * The encoder's blocks, without a norm after them: [B * K, D] to [B * K, D].
 * @param recompute whether blocks are computed again for their gradients.
 * @param dropPath [layers, 2, B] factors of each block's two branches.
 */
export function encoderBlocks(
  config: WithDefaults<VideoMaeBlocksConfig>,
  params: Params,
  rows: tf.Tensor2D,
  batch: number,
  recompute: boolean,
  dropPath?: tf.Tensor3D,
): tf.Tensor2D {
  const shape: BlockShape = {
    heads: config.numAttentionHeads,
    epsilon: config.layerNormEps,
    activation: gelu,
    recompute,
  };
  let x = rows;
  for (let index = 0; index < config.numHiddenLayers; index++) {
    const inputs = dropPath
      ? { branchFactors: tf.reshape(tf.slice(dropPath, index, 1), [2, batch]) as tf.Tensor2D }
      : {};
    x = transformerBlock(params, names.encoderBlock(index, config), shape, x, batch, inputs);
  }
  return x;
}

/**
 * The decoder's blocks, without a norm after them, on what is to be reconstructed: the last `maskedCount` rows of each clip.
 * The last block leaves out what only the other rows would need, the same figures with less work.
 * @param rows [B * (K + maskedCount), width]
 * @returns [B * maskedCount, width]
 */
export function decoderBlocks(
  config: WithDefaults<VideoMaeConfig>,
  params: Params,
  rows: tf.Tensor2D,
  batch: number,
  recompute: boolean,
  maskedCount: number,
): tf.Tensor2D {
  const shape: BlockShape = {
    heads: config.decoderNumAttentionHeads,
    epsilon: config.layerNormEps,
    activation: gelu,
    recompute,
  };
  let x = rows;
  for (let index = 0; index < config.decoderNumHiddenLayers; index++) {
    const last = index === config.decoderNumHiddenLayers - 1 ? { last: maskedCount } : {};
    x = transformerBlock(params, names.decoderBlock(index, config), shape, x, batch, last);
  }
  return x;
}
