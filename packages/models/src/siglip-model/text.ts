import * as tf from '@tensorflow/tfjs';
import { type Params, parameter } from '../params.js';
import { lastRows, linearRows, normRows, transformerBlock } from '../transformer-block.js';
import type { SiglipTextConfig } from './config.js';
import * as names from './parameters.js';
import { blockShape } from './tower-shape.js';

/** [B, L] token ids, filled up to L, to [B, E]: what stands at the last place. Every token sees all others. */
export function encodeText(text: SiglipTextConfig, params: Params, ids: tf.Tensor2D): tf.Tensor2D {
  const [batch, length] = ids.shape;
  const words = tf.gather(parameter(params, names.TOKEN_EMBEDDING), tf.reshape(ids, [-1])); // [B L, D]
  const placed = tf.add(
    tf.reshape(words, [batch, length, text.hiddenSize]),
    parameter(params, names.TEXT_POSITIONS),
  );
  let x = tf.reshape(placed, [batch * length, text.hiddenSize]) as tf.Tensor2D;
  for (let index = 0; index < text.numHiddenLayers; index++)
    x = transformerBlock(params, names.textBlock(index), blockShape(text), x, batch);
  const last = normRows(params, names.TEXT_NORM, lastRows(x, batch, 1), text.layerNormEps);
  return linearRows(params, names.TEXT_HEAD, last);
}
