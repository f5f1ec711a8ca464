import * as tf from '@tensorflow/tfjs';
import { attention, layerNorm, linear, recomputed } from '@tgm/tfjs-backend-onnx';
import { type Params, parameter } from './params.js';

/** The two tensors of a linear layer or a LayerNorm, or a linear layer's one. */
export interface LayerNames {
  readonly weight: string;
  readonly bias?: string;
}

/** Where the tensors of one pre-norm transformer block are. */
export interface BlockNames {
  readonly attentionNorm: Required<LayerNames>;
  readonly query: LayerNames;
  readonly key: LayerNames;
  readonly value: LayerNames;
  readonly attentionOutput: LayerNames;
  readonly mlpNorm: Required<LayerNames>;
  readonly mlpIn: LayerNames;
  readonly mlpOut: LayerNames;
}

export interface BlockShape {
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: (x: tf.Tensor) => tf.Tensor;
  /** Whether the block is computed again for its gradient, so that only its input is kept. */
  readonly recompute: boolean;
}

export interface BlockInputs {
  /** Added to the attention scores; broadcasts to [B, heads, N, N]. */
  readonly mask?: tf.Tensor;
  /** [2, B] factors of the attention's and of the MLP's branch of each clip: drop path. */
  readonly branchFactors?: tf.Tensor2D;
  /** Only so many rows at the end of each clip are wanted; they still attend to all. Default: all. */
  readonly last?: number;
}

/**
 * x + attention(norm(x)), then x + mlp(norm(x)), on rows.
 *
 * @param x [B * N, D]
 * @param batch B
 * @returns [B * N, D], or [B * last, D]
 */
export function transformerBlock(
  params: Params,
  names: BlockNames,
  shape: BlockShape,
  x: tf.Tensor2D,
  batch: number,
  { last = x.shape[0] / batch, ...given }: BlockInputs = {},
): tf.Tensor2D {
  if (!shape.recompute) return computed(params, names, shape, x, batch, { ...given, last });
  const own = Object.fromEntries(tensorNames(names).map((name) => [name, parameter(params, name)]));
  const inputs = { ...given, x, ...own };
  return recomputed(({ x, mask, branchFactors, ...own }: typeof inputs) => {
    const again = { last, ...(mask && { mask }), ...(branchFactors && { branchFactors }) };
    return computed(own, names, shape, x, batch, again);
  }, inputs);
}

const tensorNames = (names: BlockNames): string[] =>
  Object.values(names).flatMap(({ weight, bias }: LayerNames) =>
    bias === undefined ? [weight] : [weight, bias],
  );

function computed(
  params: Params,
  names: BlockNames,
  shape: BlockShape,
  x: tf.Tensor2D,
  batch: number,
  { mask, branchFactors, last }: BlockInputs & { readonly last: number },
): tf.Tensor2D {
  const scaled = (branch: tf.Tensor2D, index: 0 | 1) =>
    branchFactors ? scaleClips(branch, tf.slice(branchFactors, [index, 0], [1, batch]), batch) : branch;
  const mixed = selfAttention(params, names, shape, x, batch, last, mask);
  const attended = tf.add(lastRows(x, batch, last), scaled(mixed, 0)) as tf.Tensor2D;
  return tf.add(attended, scaled(mlp(params, names, shape, attended), 1)) as tf.Tensor2D;
}

/** The last `count` rows of each clip: [B * N, D] to [B * count, D]. */
export function lastRows(rows: tf.Tensor2D, batch: number, count: number): tf.Tensor2D {
  const [all, width] = rows.shape;
  const each = all / batch;
  if (count === each) return rows;
  const clips = tf.reshape(rows, [batch, each, width]);
  return tf.reshape(tf.slice(clips, [0, each - count, 0], [batch, count, width]), [batch * count, width]);
}

/** [B * N, D] rows times [1, B] one factor a clip. */
function scaleClips(rows: tf.Tensor2D, factors: tf.Tensor, batch: number): tf.Tensor2D {
  const clips = tf.reshape(rows, [batch, -1]);
  return tf.reshape(tf.mul(clips, tf.reshape(factors, [batch, 1])), rows.shape);
}

function selfAttention(
  params: Params,
  names: BlockNames,
  { heads, epsilon }: BlockShape,
  x: tf.Tensor2D,
  batch: number,
  last: number,
  mask?: tf.Tensor,
): tf.Tensor2D {
  const width = x.shape[1];
  const headDim = width / heads;
  const normed = normRows(params, names.attentionNorm, x, epsilon);
  const split = (rowsOfHeads: tf.Tensor2D) =>
    tf.transpose(tf.reshape(rowsOfHeads, [batch, -1, heads, headDim]), [0, 2, 1, 3]) as tf.Tensor4D;
  const query = split(linearRows(params, names.query, lastRows(normed, batch, last)));
  const key = split(linearRows(params, names.key, normed));
  const value = split(linearRows(params, names.value, normed));
  const mixed = attention(query, key, value, 1 / Math.sqrt(headDim), mask); // [B, heads, last, headDim]
  const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch * last, width]) as tf.Tensor2D;
  return linearRows(params, names.attentionOutput, joined);
}

/**
 * How much each row of a clip is attended to in a block: the softmax of the products, mean over the rows that ask.
 *
 * One head after the other, so that [B, N, N] numbers are in memory at a time.
 *
 * @param x [B * N, D]
 * @param asking how many rows at the beginning of each clip ask. Default: all.
 * @returns [B, heads, N], which sum up to 1 over N.
 */
export function attentionShares(
  params: Params,
  names: Pick<BlockNames, 'attentionNorm' | 'query' | 'key'>,
  { heads, epsilon }: Pick<BlockShape, 'heads' | 'epsilon'>,
  x: tf.Tensor2D,
  batch: number,
  asking: number = x.shape[0] / batch,
): tf.Tensor3D {
  const width = x.shape[1];
  const headDim = width / heads;
  const normed = normRows(params, names.attentionNorm, x, epsilon);
  const clips = (rows: tf.Tensor2D): tf.Tensor3D => tf.reshape(rows, [batch, -1, width]);
  const queries = tf.slice(clips(linearRows(params, names.query, normed)), [0, 0, 0], [batch, asking, width]);
  const keys = clips(linearRows(params, names.key, normed));
  const headOf = (all: tf.Tensor3D, head: number) => tf.slice(all, [0, 0, head * headDim], [-1, -1, headDim]);
  const shares = Array.from({ length: heads }, (_, head) => {
    const products = tf.matMul(headOf(queries, head), headOf(keys, head), false, true); // [B, asking, N]
    return tf.mean(tf.softmax(tf.div(products, Math.sqrt(headDim))), 1, true); // [B, 1, N]
  });
  return tf.concat(shares, 1) as tf.Tensor3D;
}

/** The block's second half without the residual: [rows, D] to [rows, D]. */
export function mlp(params: Params, names: BlockNames, shape: BlockShape, x: tf.Tensor2D): tf.Tensor2D {
  const normed = normRows(params, names.mlpNorm, x, shape.epsilon);
  const hidden = shape.activation(linearRows(params, names.mlpIn, normed)); // [rows, hidden width]
  return linearRows(params, names.mlpOut, hidden as tf.Tensor2D);
}

export function linearRows(params: Params, { weight, bias }: LayerNames, x: tf.Tensor2D): tf.Tensor2D {
  return linear(
    x,
    parameter(params, weight),
    bias === undefined ? undefined : parameter(params, bias),
  ) as tf.Tensor2D;
}

export function normRows(
  params: Params,
  { weight, bias }: Required<LayerNames>,
  x: tf.Tensor2D,
  epsilon: number,
): tf.Tensor2D {
  return layerNorm(x, parameter(params, weight), parameter(params, bias), epsilon) as tf.Tensor2D;
}

/** `name.weight` and `name.bias`. */
export function layer(name: string): Required<LayerNames> {
  return { weight: `${name}.weight`, bias: `${name}.bias` };
}
