import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { attention, gelu, layerNorm } from '@tgm/tfjs-backend-onnx';
import type { HeadShape } from './head-parameters.js';

/** Bytes of attention weights that `attention` keeps for the gradient; more of them it computes again, many times slower. */
const MOST_KEPT = 2 ** 25;

/** PyTorch's default, which V-JEPA keeps. */
const EPSILON = 1e-5;

/**
 * Class scores of K attentive heads at once: blocks of self-attention over the tokens, then a learned query that attends to them,
 * then a linear classifier. The pooling block has no output projection, as in V-JEPA (arXiv 2404.08471, appendix; V-JEPA 2,
 * arXiv 2506.09985).
 *
 * @param params each with a leading axis of K heads
 * @param tokens [B, N, D], the same for all heads
 * @returns [K, B, classes]
 */
export function headLogits(
  { width, blocks, attentionHeads }: HeadShape,
  params: Params,
  tokens: tf.Tensor3D,
) {
  const [batch, places] = tokens.shape;
  const heads = params.query!.shape[0]!; // K
  const headWidth = width / attentionHeads; // d
  const scale = 1 / Math.sqrt(headWidth);
  const partSizes = sizesUpTo(heads * batch, MOST_KEPT / (4 * attentionHeads * places ** 2));
  /** [K, rows, in] -> [K, rows, out] */
  const dense = (name: string, x: tf.Tensor) =>
    tf.add(tf.matMul(x, params[`${name}.weight`]!, false, true), alongRows(params[`${name}.bias`]!));
  /** [K, rows, D] */
  const norm = (name: string, x: tf.Tensor) =>
    tf.add(tf.mul(normalised(x), alongRows(params[`${name}.weight`]!)), alongRows(params[`${name}.bias`]!));
  const mlp = (at: string, x: tf.Tensor) =>
    dense(`${at}.mlpOut`, gelu(dense(`${at}.mlpIn`, norm(`${at}.norm2`, x))));

  /** [K, B N, D]: each token attends to all of its clip. */
  const mixed = (at: string, x: tf.Tensor): tf.Tensor => {
    const split = (name: string) =>
      tf.transpose(
        tf.reshape(dense(`${at}.${name}`, x), [heads * batch, places, attentionHeads, headWidth]),
        [0, 2, 1, 3],
      ); // [K B, attentionHeads, N, d]
    const parts = ['query', 'key', 'value'].map((name) => inParts(split(name), partSizes));
    const found = tf.concat(
      parts[0]!.map((query, at) => attention(query, parts[1]![at]!, parts[2]![at]!, scale)),
    );
    return tf.reshape(tf.transpose(found, [0, 2, 1, 3]), [heads, batch * places, width]);
  };

  /**
   * [K, B, D]: the query attends to all tokens of a clip. It is the same for all clips, so keys and values of the tokens are
   * never made: the key's weights are applied to the query, and the value's to what has been pooled. The key's bias adds as much
   * to all tokens, which the softmax does not see.
   */
  const pooled = (at: string, x: tf.Tensor): tf.Tensor => {
    const sets = x.shape[0]!; // 1 where all heads see the same tokens, else K
    const perHead = (name: string) =>
      tf.reshape(params[`${at}.${name}.weight`]!, [heads, attentionHeads, headWidth, width]);
    const [gain, offset] = [params[`${at}.norm1.weight`]!, params[`${at}.norm1.bias`]!].map((one) =>
      tf.reshape(one, [heads, 1, 1, width]),
    ) as [tf.Tensor, tf.Tensor];
    const query = tf.reshape(dense(`${at}.query`, params.query!), [heads, attentionHeads, 1, headWidth]);
    const directions = tf.mul(tf.matMul(query, perHead('key')), tf.mul(gain, scale)); // [K, attentionHeads, 1, D]
    const asking = (heads / sets) * attentionHeads;
    const seen = normalised(x); // [sets, B N, D]
    const products = tf.matMul(tf.reshape(directions, [sets, asking, width]), seen, false, true);
    const weights = tf.softmax(tf.reshape(products, [sets, asking, batch, places]));
    const sums = tf.matMul(
      tf.reshape(tf.transpose(weights, [0, 2, 1, 3]), [sets * batch, asking, places]),
      tf.reshape(seen, [sets * batch, places, width]),
    ); // [sets B, asking, D]
    const byHead = tf.reshape(tf.transpose(tf.reshape(sums, [sets, batch, asking, width]), [0, 2, 1, 3]), [
      heads,
      attentionHeads,
      batch,
      width,
    ]);
    const values = tf.matMul(tf.add(tf.mul(byHead, gain), offset), perHead('value'), false, true);
    const joined = tf.reshape(tf.transpose(values, [0, 2, 1, 3]), [heads, batch, width]);
    return tf.add(params.query!, tf.add(joined, alongRows(params[`${at}.value.bias`]!)));
  };

  let x: tf.Tensor = tf.reshape(tokens, [1, batch * places, width]);
  if (blocks > 1) x = tf.tile(x, [heads, 1, 1]);
  for (let block = 0; block < blocks - 1; block++) {
    const at = `blocks.${block}`;
    x = tf.add(x, dense(`${at}.output`, mixed(at, norm(`${at}.norm1`, x))));
    x = tf.add(x, mlp(at, x));
  }
  const at = `blocks.${blocks - 1}`;
  const answer = pooled(at, x);
  return dense('head', tf.add(answer, mlp(at, answer))) as tf.Tensor3D;
}

/** Sizes of at most `most`, and of 1 at least, that add up to `count`. */
function sizesUpTo(count: number, most: number): number[] {
  const size = Math.max(1, Math.floor(most));
  return Array.from({ length: Math.ceil(count / size) }, (_, at) => Math.min(size, count - at * size));
}

const inParts = (x: tf.Tensor, sizes: number[]): tf.Tensor[] => (sizes.length > 1 ? tf.split(x, sizes) : [x]);

/** [K, D] -> [K, 1, D] */
const alongRows = (x: tf.Tensor): tf.Tensor => tf.expandDims(x, 1);

/** Mean 0 and deviation 1 over the last axis. */
function normalised(x: tf.Tensor): tf.Tensor {
  const width = x.shape.at(-1)!;
  return layerNorm(x, tf.ones([width]), tf.zeros([width]), EPSILON);
}
