import { like, multiply, unary } from '../graph/build.js';
import { affine, matrixProduct } from '../graph/matrix.js';
import { recordAll } from '../graph/record.js';
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
} as const;

/** The factor of QuickGELU, x sigmoid(1.702 x). */
export const QUICK_GELU = 1.702;

/** The normalised x, and per row its mean and the inverse of its standard deviation, [..., 1]. */
function layerNorm(inputs: Record<string, Value>, { epsilon }: { epsilon: number }): Value[] {
  const { x, scale, bias } = inputs;
  const rows = [...x!.shape.slice(0, -1), 1];
  const row = { shape: rows, type: x!.type };
  return recordAll('LayerNormalization', [x!, scale!, bias!], [x!, row, row], {
    axis: -1,
    epsilon: { float: epsilon },
  });
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
];
