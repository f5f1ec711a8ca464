import { unsupportedKernel } from '../errors.js';
import { elementwise, like, multiply, unary, where } from '../graph/build.js';
import type { Value } from '../graph/value.js';

export interface Activation {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/** The activation that TensorFlow.js fuses into a product or a convolution; `weights` are those of "prelu". */
export function activate(
  kernel: string,
  x: Value,
  { activation = 'linear', leakyreluAlpha = 0 }: Activation,
  weights?: Value,
): Value {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return unary('Relu', x);
    case 'relu6':
      return elementwise('Clip', [x, like(x, 0), like(x, 6)], x.type);
    case 'elu':
      return unary('Elu', x);
    case 'sigmoid':
      return unary('Sigmoid', x);
    case 'leakyrelu':
      return unary('LeakyRelu', x, { alpha: { float: leakyreluAlpha } });
    case 'prelu':
      return where(elementwise('Less', [x, like(x, 0)], 'bool'), multiply(weights!, x), x);
    default:
      throw unsupportedKernel(kernel, `activation "${activation}"`);
  }
}
