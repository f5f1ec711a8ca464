import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { attention, gelu, layerNorm, linear } from '@tgm/tfjs-backend-onnx';
import type { HeadShape } from './head-parameters.js';

/** PyTorch's default, which V-JEPA keeps. */
const EPSILON = 1e-5;

/**
 * Class scores of an attentive head: blocks of self-attention over the tokens, then a learned query that attends to them, then
 * a linear classifier. The pooling block has no output projection, as in V-JEPA (arXiv 2404.08471, appendix; V-JEPA 2, arXiv
 * 2506.09985).
 *
 * @param tokens [B, N, D]
 * @returns [B, classes]
 */
export function headLogits(shape: HeadShape, params: Params, tokens: tf.Tensor3D): tf.Tensor2D {
  const { width, blocks, attentionHeads } = shape;
  const batch = tokens.shape[0];
  const dense = (name: string, x: tf.Tensor) =>
    linear(x, params[`${name}.weight`]!, params[`${name}.bias`]!) as tf.Tensor3D;
  const norm = (name: string, x: tf.Tensor) =>
    layerNorm(x, params[`${name}.weight`]!, params[`${name}.bias`]!, EPSILON) as tf.Tensor3D;
  /** [B, N, D] -> [B, heads, N, D / heads] */
  const split = (x: tf.Tensor3D) =>
    tf.transpose(tf.reshape(x, [batch, x.shape[1], attentionHeads, width / attentionHeads]), [0, 2, 1, 3]);
  const attend = (at: string, asking: tf.Tensor3D, asked: tf.Tensor3D): tf.Tensor3D => {
    const [query, key, value] = [
      dense(`${at}.query`, asking),
      dense(`${at}.key`, asked),
      dense(`${at}.value`, asked),
    ].map(split) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const mixed = attention(query, key, value, 1 / Math.sqrt(width / attentionHeads));
    return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, asking.shape[1], width]);
  };
  const mlp = (at: string, x: tf.Tensor3D) =>
    dense(`${at}.mlpOut`, gelu(dense(`${at}.mlpIn`, norm(`${at}.norm2`, x))));

  let x = tokens;
  for (let block = 0; block < blocks - 1; block++) {
    const at = `blocks.${block}`;
    const normed = norm(`${at}.norm1`, x);
    x = tf.add(x, dense(`${at}.output`, attend(at, normed, normed)));
    x = tf.add(x, mlp(at, x));
  }
  const at = `blocks.${blocks - 1}`;
  const query = tf.tile(tf.reshape(params.query!, [1, 1, width]), [batch, 1, 1]) as tf.Tensor3D;
  let pooled = tf.add(query, attend(at, query, norm(`${at}.norm1`, x))) as tf.Tensor3D; // [B, 1, D]
  pooled = tf.add(pooled, mlp(at, pooled));
  return dense('head', tf.reshape(pooled, [batch, width])) as tf.Tensor as tf.Tensor2D;
}
