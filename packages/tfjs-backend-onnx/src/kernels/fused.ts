import { after } from '../graph/after.js';
import { add, like, multiply, reshape, subtract, transpose, unary } from '../graph/build.js';
import { affine, matrixProduct } from '../graph/matrix.js';
import { record, recordAll } from '../graph/record.js';
import { mean } from '../graph/sum.js';
import type { Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

/** Names of this backend's own kernels, which `fused/` calls where the onnx backend is current. */
export const FUSED = {
  layerNorm: 'TgmLayerNorm',
  gelu: 'TgmGelu',
  quickGelu: 'TgmQuickGelu',
  normalCdf: 'TgmNormalCdf',
  affine: 'TgmAffine',
  product: 'TgmProduct',
  after: 'TgmAfter',
  attention: 'TgmAttention',
} as const;

/** The factor of QuickGELU, x sigmoid(1.702 x). */
export const QUICK_GELU = 1.702;

/** ONNX Runtime's own node adds longer rows with growing errors, and refuses empty ones. */
const LONGEST_FUSED = 8192;

/** The normalised x, and per row its mean and the inverse of its standard deviation, [..., 1]. */
function layerNorm(inputs: Record<string, Value>, { epsilon }: { epsilon: number }): Value[] {
  const { x, scale, bias } = inputs;
  const width = x!.shape.at(-1)!;
  if (width === 0 || width > LONGEST_FUSED) return longLayerNorm(x!, scale!, bias!, epsilon);
  const rows = [...x!.shape.slice(0, -1), 1];
  const row = { shape: rows, type: x!.type };
  return recordAll('LayerNormalization', [x!, scale!, bias!], [x!, row, row], {
    axis: -1,
    epsilon: { float: epsilon },
  });
}

function longLayerNorm(x: Value, scale: Value, bias: Value, epsilon: number): Value[] {
  const axis = [x.shape.length - 1];
  const average = mean(x, axis, true);
  const centred = subtract(x, average);
  const variance = mean(multiply(centred, centred), axis, true);
  const inverse = unary('Reciprocal', unary('Sqrt', add(variance, like(variance, epsilon))));
  return [add(multiply(multiply(centred, inverse), scale), bias), average, inverse];
}

/** Φ(x) = (1 + erf(x / √2)) / 2. HardSigmoid is the sum and the half in one pass; its bounds 0 and 1 are Φ's own. */
function normalCdf(x: Value): Value {
  return unary('HardSigmoid', unary('Erf', multiply(x, like(x, Math.SQRT1_2))), {
    alpha: { float: 0.5 },
    beta: { float: 0.5 },
  });
}

interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
}

/**
 * softmax(q kᵀ scale) v per head, in blocks that fit the processor's caches: ONNX Runtime computes it so on the CPU (T. Dao et al.,
 * "FlashAttention", 2022). Its operands lie as [B, N, heads * headDim], where most come from, so that the transpositions on
 * both sides fall away.
 */
function attention({ q, k, v }: Record<string, Value>, { scale }: { scale: number }): Value {
  const [batch, heads, rows] = q!.shape as [number, number, number, number];
  const widthOf = (x: Value) => heads * x.shape[3]!;
  const joined = [q!, k!, v!].map((x) =>
    reshape(transpose(x, [0, 2, 1, 3]), [batch, x.shape[2]!, widthOf(x)]),
  );
  const mixed = record(
    'MultiHeadAttention',
    joined,
    { shape: [batch, rows, widthOf(v!)], type: q!.type },
    { num_heads: heads, scale: { float: scale } },
    'com.microsoft',
  );
  return transpose(reshape(mixed, [batch, rows, heads, v!.shape[3]!]), [0, 2, 1, 3]);
}

export const fusedKernels: readonly Kernel[] = [
  kernel<{ epsilon: number }>(FUSED.layerNorm, layerNorm),
  kernel(FUSED.gelu, ({ x }) => unary('Gelu', x!)),
  kernel(FUSED.quickGelu, ({ x }) =>
    unary('QuickGelu', x!, { alpha: { float: QUICK_GELU } }, 'com.microsoft'),
  ),
  kernel(FUSED.normalCdf, ({ x }) => normalCdf(x!)),
  kernel<{ transposeA?: boolean; transposeB?: boolean }>(FUSED.affine, ({ a, b, c }, options) =>
    affine(a!, b!, c ?? null, options),
  ),
  kernel<ProductAttributes>(FUSED.product, ({ a, b }, options) => matrixProduct(a!, b!, options)),
  kernel<{ scale: number }>(FUSED.attention, attention),
  kernel(FUSED.after, ({ x, other }) => after(x!, other!)),
];
