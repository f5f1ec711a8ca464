import * as tf from '@tensorflow/tfjs';
import { add, cast, reshape, transpose } from '../graph/build.js';
import { matrixProduct } from '../graph/matrix.js';
import { record } from '../graph/record.js';
import { sum } from '../graph/sum.js';
import { sizeOf, type Value } from '../graph/value.js';
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
  const contracted = [...lengths].filter(([letter]) => !to.includes(letter));
  if (sizeOf(contracted.map(([, length]) => length)) > LONGEST_CONTRACTION && operands.length === 2) {
    return contraction(operands as [Value, Value], from.split(',') as [string, string], to);
  }
  return record('Einsum', operands, { shape, type: operands[0]!.type }, { equation: compact });
}

/** ONNX Runtime's Einsum adds longer contractions with growing errors. */
const LONGEST_CONTRACTION = 1024;

/** An einsum of two operands as a product of matrices: axes in both and in the result first, contracted axes within. */
function contraction([a, b]: [Value, Value], [left, right]: [string, string], to: string): Value {
  const [p, first] = withoutAxes(a, left, (letter) => right.includes(letter) || to.includes(letter));
  const [q, second] = withoutAxes(b, right, (letter) => left.includes(letter) || to.includes(letter));
  const shared = first.filter((letter) => second.includes(letter));
  const batch = shared.filter((letter) => to.includes(letter));
  const inner = shared.filter((letter) => !to.includes(letter));
  const rows = first.filter((letter) => !second.includes(letter));
  const columns = second.filter((letter) => !first.includes(letter));
  const lengthOf = (letter: string): number =>
    first.includes(letter) ? p.shape[first.indexOf(letter)]! : q.shape[second.indexOf(letter)]!;
  const size = (letters: readonly string[]): number => sizeOf(letters.map(lengthOf));
  const arranged = (x: Value, from: readonly string[], ...blocks: readonly (readonly string[])[]) =>
    reshape(
      transpose(
        x,
        blocks.flat().map((letter) => from.indexOf(letter)),
      ),
      blocks.map(size),
    );
  const product = matrixProduct(
    arranged(p, first, batch, rows, inner),
    arranged(q, second, batch, inner, columns),
  );
  const order = [...batch, ...rows, ...columns];
  return transpose(
    reshape(product, order.map(lengthOf)),
    [...to].map((letter) => order.indexOf(letter)),
  );
}

/** Sums over the axes whose letters no one else has. */
function withoutAxes(x: Value, letters: string, kept: (letter: string) => boolean): [Value, string[]] {
  const axes = [...letters].flatMap((letter, axis) => (kept(letter) ? [] : [axis]));
  return [axes.length > 0 ? sum(x, axes, false) : x, [...letters].filter(kept)];
}

export const matmulKernels: readonly Kernel[] = [
  kernel<Transposes>(tf.BatchMatMul, ({ a, b }, attributes) => product(a!, b!, attributes)),
  kernel<Transposes & Activation>(tf._FusedMatMul, fusedProduct),
  kernel<{ equation: string }>(tf.Einsum, einsum),
];
