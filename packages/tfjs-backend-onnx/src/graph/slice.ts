import { record } from './record.js';
import { int64s, type Shape, uniform, type Value } from './value.js';

/** Elements begin, begin + stride, … along every axis. */
export function slice(x: Value, begin: Shape, size: Shape, strides: Shape = begin.map(() => 1)): Value {
  const whole = begin.every(
    (start, axis) => start === 0 && size[axis] === x.shape[axis] && strides[axis] === 1,
  );
  if (whole) return x;
  if (x.source.kind === 'uniform') return uniform(x.source.number, size, x.type);
  const axes = begin.flatMap((start, axis) =>
    start === 0 && size[axis] === x.shape[axis] && strides[axis] === 1 ? [] : [axis],
  );
  const starts = axes.map((axis) => begin[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const ends = axes.map((axis) => endOf(begin[axis]!, size[axis]!, strides[axis]!));
  const inputs = [x, int64s(starts), int64s(ends), int64s(axes), int64s(steps)];
  return record('Slice', inputs, { shape: size, type: x.type });
}

/** Elements from `begin` to `end`, exclusive, along one axis. */
export function sliceAxis(x: Value, axis: number, begin: number, end: number): Value {
  const starts = x.shape.map((_, position) => (position === axis ? begin : 0));
  const size = x.shape.map((length, position) => (position === axis ? end - begin : length));
  return slice(x, starts, size);
}

/** The exclusive end; ONNX reads -1 as the last element, so a backward slice down to 0 ends far below. */
function endOf(begin: number, size: number, stride: number): number {
  const end = begin + size * stride;
  return stride < 0 && end < 0 ? -(2 ** 31) : end;
}
