import * as tf from '@tensorflow/tfjs';
import { add, cast } from '../graph/build.js';
import { matrixProduct } from '../graph/matrix.js';
import { record } from '../graph/record.js';
import type { Value } from '../graph/value.js';
import { type Activation, activate } from './activation.js';
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

function fusedProduct(inputs: Record<string, Value>, attributes: Transposes & Activation): Value {
  const { a, b, bias, preluActivationWeights: slopes } = inputs;
  const plain = product(a!, b!, attributes);
  return activate(tf._FusedMatMul, bias ? add(plain, bias) : plain, attributes, slopes);
}

function einsum(inputs: Record<string, Value>, { equation }: { equation: string }): Value {
  const operands = Object.values(inputs);
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, operands.length);
  const shapes = operands.map(({ shape }) => ({ shape }) as unknown as tf.Tensor);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, shapes);
  const compact = equation.replaceAll(/\s/g, '');
  const [from, to] = compact.split('->') as [string, string];
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
  kernel<Transposes & Activation>(tf._FusedMatMul, fusedProduct),
  kernel<{ equation: string }>(tf.Einsum, einsum),
];
