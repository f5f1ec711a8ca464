import * as tf from '@tensorflow/tfjs';
import { divide, elementwise, reduce, subtract, unary } from '../graph/build.js';
import { record } from '../graph/record.js';
import { sum } from '../graph/sum.js';
import type { Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

/** ONNX Runtime adds the denominator of longer axes with growing errors. */
const LONGEST = 65_536;

function parts(x: Value, axis: number): { shifted: Value; powers: Value; total: Value } {
  const shifted = subtract(x, reduce('ReduceMax', x, [axis], true));
  const powers = unary('Exp', shifted);
  return { shifted, powers, total: sum(powers, [axis], true) };
}

const alongAxis =
  (op: 'Softmax' | 'LogSoftmax', composed: (x: Value, axis: number) => Value) =>
  (x: Value, axis: number): Value => {
    const along = axis < 0 ? axis + x.shape.length : axis;
    return x.shape[along]! > LONGEST ? composed(x, along) : record(op, [x], x, { axis: along });
  };

const softmax = alongAxis('Softmax', (x, axis) => {
  const { powers, total } = parts(x, axis);
  return divide(powers, total);
});

const logSoftmax = alongAxis('LogSoftmax', (x, axis) => {
  const { shifted, total } = parts(x, axis);
  return elementwise('Sub', [shifted, unary('Log', total)], x.type);
});

export const softmaxKernels: readonly Kernel[] = [
  kernel<{ dim: number }>(tf.Softmax, ({ logits }, { dim }) => softmax(logits!, dim)),
  kernel<{ axis: number }>(tf.LogSoftmax, ({ logits }, { axis }) => logSoftmax(logits!, axis)),
];
