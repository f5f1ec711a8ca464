import * as tf from '@tensorflow/tfjs';
import { UnsupportedKernelError } from '../errors.js';
import { add, cast, elementwise, like, multiply, unary } from '../graph/build.js';
import { matrixProduct } from '../graph/matrix.js';
import { record } from '../graph/record.js';
import type { Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function product(a: Value, b: Value, { transposeA, transposeB }: Transposes): Value {
  const type = a.type === 'float32' || b.type === 'float32' ? 'float32' : 'int32';
  if (type === 'float32') return matrixProduct(cast(a, type), cast(b, type), { transposeA, transposeB });
  // Integers go through float64, which adds products of 32-bit integers exactly up to 2^53.
  const [p, q] = [cast(a, 'float64'), cast(b, 'float64')];
  return cast(matrixProduct(p, q, { transposeA, transposeB }), 'int32');
}

interface FusedAttributes extends Transposes {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

function fusedProduct(inputs: Record<string, Value>, attributes: FusedAttributes): Value {
  const { a, b, bias, preluActivationWeights: weights } = inputs;
  const plain = product(a!, b!, attributes);
  const x = bias ? add(plain, bias) : plain;
  switch (attributes.activation ?? 'linear') {
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
      return unary('LeakyRelu', x, { alpha: { float: attributes.leakyreluAlpha ?? 0 } });
    case 'prelu':
      return elementwise(
        'Where',
        [elementwise('Less', [x, like(x, 0)], 'bool'), multiply(weights!, x), x],
        x.type,
      );
    default:
      throw new UnsupportedKernelError(tf._FusedMatMul, `activation "${attributes.activation}"`);
  }
}

function einsum(inputs: Record<string, Value>, { equation }: { equation: string }): Value {
  const operands = Object.values(inputs);
  const compact = equation.replaceAll(' ', '');
  const [from, to] = compact.split('->') as [string, string | undefined];
  if (to === undefined || compact.includes('.')) {
    throw new UnsupportedKernelError(
      tf.Einsum,
      `equation "${equation}" (write the result out, without "...")`,
    );
  }
  const lengths = new Map<string, number>();
  for (const [position, letters] of from.split(',').entries()) {
    for (const [axis, letter] of [...letters].entries())
      lengths.set(letter, operands[position]!.shape[axis]!);
  }
  const shape = [...to].map((letter) => lengths.get(letter)!);
  return record('Einsum', operands, { shape, type: operands[0]!.type }, { equation: compact });
}

export const matmulKernels: readonly Kernel[] = [
  kernel<Transposes>(tf.BatchMatMul, ({ a, b }, attributes) => product(a!, b!, attributes)),
  kernel<FusedAttributes>(tf._FusedMatMul, fusedProduct),
  kernel<{ equation: string }>(tf.Einsum, einsum),
];
