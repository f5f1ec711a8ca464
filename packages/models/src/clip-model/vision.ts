import * as tf from '@tensorflow/tfjs';
import { oneOf, optionTable, wholeNumber } from '@tgm/options';
import { linear } from '@tgm/tfjs-backend-onnx';
import { ModelError } from '../errors.js';
import { requireIndices, requireShape, requireTensor } from '../input-shape.js';
import { type Params, parameter } from '../params.js';
import { tokenGridOf } from '../patchify.js';
import { attentionShares, linearRows, mlp, normRows, transformerBlock } from '../transformer-block.js';
import { blockShape } from './block-shape.js';
import type { ClipModelTowers } from './config.js';
import * as names from './parameters.js';

/**
 * How a patch gets its features from the last block.
 * - `value`: the block replaced by its value path, norm, value and output projection, as every patch would get
 *   it that attended to itself alone. C. Zhou et al., "Extract free dense labels from CLIP" (MaskCLIP),
 *   arXiv 2112.01071, section 3.2.
 * - `value-residual`: the value path in the place of the attention, residual and MLP kept, as MaskCLIP's code.
 * - `raw`: the block as it is. What patches show then is often the inverse of the object.
 */
export type PatchFeaturesVariant = 'value' | 'value-residual' | 'raw';

/** `PatchFeaturesVariant` as an option. */
export const patchFeaturesVariant = oneOf<PatchFeaturesVariant>(['value', 'value-residual', 'raw']);

const variants = optionTable('patchFeatures', { variant: patchFeaturesVariant }, ModelError);

/** [B, K, 3 p p] patches and their [B, K] numbers, or all of them, to [B, E]: the class token after all blocks. */
export function encodeImage(
  config: ClipModelTowers,
  params: Params,
  patches: tf.Tensor3D,
  positions?: tf.Tensor2D,
): tf.Tensor2D {
  const { hiddenSize, numHiddenLayers } = config.visionConfig;
  const x = tokensAtDepth(config, params, patches, numHiddenLayers, positions);
  const classRows = tf.reshape(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [-1, hiddenSize]);
  return project(config, params, classRows as tf.Tensor2D);
}

/** [B, K, 3 p p] patches and their [B, K] numbers, or all of them, to [B, K, E]. */
export function patchFeatures(
  config: ClipModelTowers,
  params: Params,
  patches: tf.Tensor3D,
  variant: PatchFeaturesVariant,
  positions?: tf.Tensor2D,
): tf.Tensor3D {
  variants.check({ variant });
  const { hiddenSize, numHiddenLayers, layerNormEps } = config.visionConfig;
  requireTensor('clipModel vision', 'patches', patches);
  const [batch, count] = patches.shape;
  const depth = variant === 'raw' ? numHiddenLayers : numHiddenLayers - 1;
  const all = tokensAtDepth(config, params, patches, depth, positions);
  const tokens = tf.slice(all, [0, 1, 0], [-1, count, -1]);
  let x = tf.reshape(tokens, [batch * count, hiddenSize]) as tf.Tensor2D; // without the class token
  if (variant !== 'raw') {
    const last = names.visionBlock(numHiddenLayers - 1);
    const value = linearRows(params, last.value, normRows(params, last.attentionNorm, x, layerNormEps));
    const path = linearRows(params, last.attentionOutput, value);
    if (variant === 'value') x = path;
    else {
      x = tf.add(x, path) as tf.Tensor2D;
      x = tf.add(x, mlp(params, last, blockShape(config.visionConfig, config.recompute), x)) as tf.Tensor2D;
    }
  }
  return tf.reshape(project(config, params, x), [batch, count, config.projectionDim]);
}

/**
 * [B, K, 3 p p] patches and their [B, K] numbers, or all of them, to [B, K]: how much the class token attends to each patch in the
 * last block, the mean over the heads. With what it attends to itself they sum to 1.
 */
export function classAttention(
  config: ClipModelTowers,
  params: Params,
  patches: tf.Tensor3D,
  positions?: tf.Tensor2D,
): tf.Tensor2D {
  const { hiddenSize, numHiddenLayers } = config.visionConfig;
  const tokens = tokensAtDepth(config, params, patches, numHiddenLayers - 1, positions); // [B, 1 + K, D]
  const [batch, count] = tokens.shape;
  const rows = tf.reshape(tokens, [batch * count, hiddenSize]) as tf.Tensor2D;
  const last = names.visionBlock(numHiddenLayers - 1);
  const shares = attentionShares(params, last, blockShape(config.visionConfig, false), rows, batch, 1); // [B, heads, 1 + K]
  return tf.slice(tf.mean(shares, 1), [0, 1], [-1, -1]) as tf.Tensor2D;
}

/**
 * [B, K, 3 p p] patches and their [B, K] numbers, or all of them, to [B, 1 + K, D] after the first `depth` blocks, the class
 * token first.
 */
export function tokensAtDepth(
  { visionConfig: vision, recompute }: ClipModelTowers,
  params: Params,
  patches: tf.Tensor3D,
  depth: number,
  positions?: tf.Tensor2D,
): tf.Tensor3D {
  const { hiddenSize, patchSize, imageSize, layerNormEps, numHiddenLayers } = vision;
  optionTable('tokensAtDepth', { depth: wholeNumber({ from: 0, to: numHiddenLayers }) }, ModelError).check({
    depth,
  });
  const { rows, columns } = tokenGridOf({ numFrames: 1, imageSize, patchSize, tubeletSize: 1 });
  requireTensor('clipModel vision', 'patches', patches);
  const batch = patches.shape[0];
  const some = positions !== undefined;
  const count = some ? requireIndices('clipModel vision', 'positions', positions)[1] : rows * columns;
  const pixels = patchSize * patchSize * 3;
  requireShape('clipModel vision', 'patches', patches, [batch, count, pixels]);
  if (some) requireShape('clipModel vision', 'positions', positions, [batch, count]);
  const weight = parameter(params, names.PATCH_EMBEDDING); // [D, 3, p, p]
  const matrix = tf.reshape(tf.transpose(weight, [0, 2, 3, 1]), [hiddenSize, pixels]) as tf.Tensor2D;
  const embedded = linear(tf.reshape(patches, [batch * count, pixels]) as tf.Tensor2D, matrix);
  // Added to zeros rather than tiled: its gradient is then one sum.
  const classToken = tf.add(tf.zeros([batch, 1, hiddenSize]), parameter(params, names.CLASS_EMBEDDING));
  const tokens = tf.concat([classToken, tf.reshape(embedded, [batch, count, hiddenSize])], 1);
  const placed = tf.add(tokens, placesOf(parameter(params, names.VISION_POSITIONS), positions)); // [B, 1 + K, D]
  let x = normRows(
    params,
    names.VISION_PRE_NORM,
    tf.reshape(placed, [-1, hiddenSize]) as tf.Tensor2D,
    layerNormEps,
  );
  for (let index = 0; index < depth; index++) {
    x = transformerBlock(params, names.visionBlock(index), blockShape(vision, recompute), x, batch);
  }
  return tf.reshape(x, [batch, 1 + count, hiddenSize]);
}

/** The embeddings of the places that tokens are at, the class token's first: [1 + N, D], or [B, 1 + K, D] for some patches. */
function placesOf(table: tf.Tensor2D, positions: tf.Tensor2D | undefined): tf.Tensor {
  if (!positions) return table;
  const [batch, count] = positions.shape;
  const places = tf.concat([tf.zeros([batch, 1], 'int32'), tf.add(positions, tf.scalar(1, 'int32'))], 1); // [B, 1 + K]
  return tf.reshape(tf.gather(table, tf.reshape(places, [-1])), [batch, 1 + count, -1]);
}

function project({ visionConfig }: ClipModelTowers, params: Params, rows: tf.Tensor2D): tf.Tensor2D {
  const normed = normRows(params, names.VISION_POST_NORM, rows, visionConfig.layerNormEps);
  return linearRows(params, names.VISUAL_PROJECTION, normed);
}
