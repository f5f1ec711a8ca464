import * as tf from '@tensorflow/tfjs';
import { linear } from '@tgm/tfjs-backend-onnx';
import { type Params, parameter } from '../params.js';
import { linearRows, normRows, transformerBlock } from '../transformer-block.js';
import type { SiglipVisionConfig } from './config.js';
import * as names from './parameters.js';
import { blockShape, tanhGelu } from './tower-shape.js';

/**
 * What the pooling head gives where its attention is at one patch alone: its value path, projection, residual and MLP. So each patch
 * speaks in the space of the texts, as MaskCLIP (arXiv 2112.01071, section 3.2) has it of CLIP's last block.
 *
 * @param patches [B, K, 3 p p]
 * @param places [B, K] int32 rows of the table of positions; by default all in their order.
 * @returns [B, K, E]
 */
export function patchFeatures(
  vision: SiglipVisionConfig,
  params: Params,
  patches: tf.Tensor3D,
  places?: tf.Tensor2D,
): tf.Tensor3D {
  const [batch, count] = patches.shape;
  const rows = lastRows(vision, params, patches, places); // [B K, D]
  const value = linearRows(params, names.HEAD_OUTPUT, third(params, rows, 2));
  const normed = normRows(params, names.HEAD_NORM, value, vision.layerNormEps);
  const hidden = tanhGelu(linearRows(params, names.HEAD_MLP_IN, normed)) as tf.Tensor2D;
  const pooled = tf.add(value, linearRows(params, names.HEAD_MLP_OUT, hidden));
  return tf.reshape(pooled, [batch, count, vision.hiddenSize]);
}

/**
 * How much the pooling head attends to each patch, the mean over its heads.
 *
 * @param patches and `places` as for `patchFeatures`.
 * @returns [B, K], each row of sum 1.
 */
export function poolingAttention(
  vision: SiglipVisionConfig,
  params: Params,
  patches: tf.Tensor3D,
  places?: tf.Tensor2D,
): tf.Tensor2D {
  const { hiddenSize: width, numAttentionHeads: heads } = vision;
  const [batch, count] = patches.shape;
  const keys = third(params, lastRows(vision, params, patches, places), 1);
  const byHead = tf.transpose(tf.reshape(keys, [batch, count, heads, width / heads]), [0, 2, 1, 3]); // [B, heads, K, d]
  const probe = tf.reshape(parameter(params, names.PROBE), [1, width]) as tf.Tensor2D;
  const query = tf.reshape(third(params, probe, 0), [1, heads, 1, width / heads]);
  const products = tf.sum(tf.mul(byHead, query), -1); // [B, heads, K]
  return tf.mean(tf.softmax(tf.div(products, Math.sqrt(width / heads))), 1) as tf.Tensor2D;
}

/** Patches after all blocks and the norm behind them: [B, K, 3 p p] to [B K, D]. */
function lastRows(
  vision: SiglipVisionConfig,
  params: Params,
  patches: tf.Tensor3D,
  places?: tf.Tensor2D,
): tf.Tensor2D {
  const { hiddenSize, patchSize, layerNormEps, numHiddenLayers } = vision;
  const [batch, count] = patches.shape;
  const pixels = patchSize * patchSize * 3;
  const weight = tf.transpose(parameter(params, names.PATCH_EMBEDDING.weight), [0, 2, 3, 1]); // [D, p, p, 3]
  const embedded = linear(
    tf.reshape(patches, [batch * count, pixels]) as tf.Tensor2D,
    tf.reshape(weight, [hiddenSize, pixels]) as tf.Tensor2D,
    parameter(params, names.PATCH_EMBEDDING.bias),
  );
  const table = parameter(params, names.VISION_POSITIONS); // [N, D]
  const positions = places ? tf.gather(table, tf.reshape(places, [-1])) : table;
  const tokens = tf.reshape(embedded, [batch, count, hiddenSize]);
  const placed = tf.add(tokens, tf.reshape(positions, [places ? batch : 1, count, hiddenSize]));
  let x = tf.reshape(placed, [batch * count, hiddenSize]) as tf.Tensor2D;
  for (let index = 0; index < numHiddenLayers; index++)
    x = transformerBlock(params, names.visionBlock(index), blockShape(vision), x, batch);
  return normRows(params, names.VISION_NORM, x, layerNormEps);
}

/** Queries (0), keys (1) or values (2) of the head's attention: [rows, D] to [rows, D]. */
function third(params: Params, rows: tf.Tensor2D, part: 0 | 1 | 2): tf.Tensor2D {
  const width = rows.shape[1];
  const weight = tf.slice(parameter(params, names.HEAD_THIRDS.weight), [part * width, 0], [width, width]);
  const bias = tf.slice(parameter(params, names.HEAD_THIRDS.bias), [part * width], [width]);
  return linear(rows, weight as tf.Tensor2D, bias as tf.Tensor1D) as tf.Tensor2D;
}
