import * as tf from '@tensorflow/tfjs';
import { inputShape, requireIndices, requireShape } from '../input-shape.js';
import { type Params, parameter } from '../params.js';
import { linearRows, normRows, transformerBlock } from '../transformer-block.js';
import { blockShape } from './block-shape.js';
import type { ClipModelTowers } from './config.js';
import * as names from './parameters.js';

/** [B, L] token ids and [B] places of the last token to [B, E]: the features of the last token. */
export function encodeText(
  { textConfig: text, recompute }: ClipModelTowers,
  params: Params,
  tokenIds: tf.Tensor2D,
  endPositions: tf.Tensor1D,
): tf.Tensor2D {
  const [batch, length] = requireIndices('clipModel text', 'tokenIds', tokenIds);
  requireShape('clipModel text', 'endPositions', endPositions, [batch]);
  if (length > text.maxPositionEmbeddings) {
    const most = text.maxPositionEmbeddings;
    throw inputShape('clipModel text', 'tokenIds', `at most ${most} a row`, `${length}`);
  }
  const table = parameter<tf.Tensor2D>(params, names.TOKEN_EMBEDDING);
  const words = tf.reshape(tf.gather(table, tf.reshape(tokenIds, [-1])), [batch, length, text.hiddenSize]);
  const positions = tf.slice(parameter(params, names.TEXT_POSITIONS), [0, 0], [length, -1]);
  let x = tf.reshape(tf.add(words, positions), [batch * length, text.hiddenSize]) as tf.Tensor2D;
  const mask = causalMask(length);
  for (let index = 0; index < text.numHiddenLayers; index++) {
    x = transformerBlock(params, names.textBlock(index), blockShape(text, recompute), x, batch, { mask });
  }
  const rowStarts = tf.tensor1d(
    Array.from({ length: batch }, (_, row) => row * length),
    'int32',
  );
  const last = tf.gather(x, tf.add(rowStarts, endPositions) as tf.Tensor1D); // [B, D]
  const normed = normRows(params, names.TEXT_NORM, last as tf.Tensor2D, text.layerNormEps);
  return linearRows(params, names.TEXT_PROJECTION, normed);
}

/** Far below every score, and still finite. */
const HIDDEN = -1e9;

/** [1, 1, L, L] to add to the scores: a token sees itself and the ones before. */
function causalMask(length: number): tf.Tensor4D {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(HIDDEN, row * length + row + 1, (row + 1) * length);
  return tf.tensor4d(mask, [1, 1, length, length]);
}
