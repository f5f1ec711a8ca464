import * as tf from '@tensorflow/tfjs';
import { shapeMismatch } from '../errors.js';
import { cast, expand, like, reshape, transpose } from '../graph/build.js';
import { record, recordAll } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { int64s, type Shape, sameShape, uniform, type Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

function normalised(axis: number, rank: number): number {
  const along = axis < 0 ? axis + rank : axis;
  tf.util.assert(along >= 0 && along < rank, () => `Expected an axis of ${rank}, got ${axis}.`);
  return along;
}

const without = (shape: Shape, axis: number): number[] => shape.filter((_, position) => position !== axis);
const inserted = (shape: Shape, axis: number): number[] => [...shape.slice(0, axis), 1, ...shape.slice(axis)];

export function concat(parts: readonly Value[], axis: number): Value {
  const shapes = parts.map((part) => part.shape);
  const alike = shapes.every((shape) => sameShape(without(shape, axis), without(shapes[0]!, axis)));
  if (!alike) throw shapeMismatch('Concat', `shapes that differ along axis ${axis} only`, shapes);
  const shape = [...shapes[0]!];
  shape[axis] = shapes.reduce((length, part) => length + part[axis]!, 0);
  const filled = parts.filter((part) => !part.shape.includes(0));
  if (filled.length === 0) return uniform(0, shape, parts[0]!.type);
  if (filled.length === 1) return filled[0]!;
  return record('Concat', filled, { shape, type: filled[0]!.type }, { axis });
}

function split(x: Value, axis: number, sizes: readonly number[]): Value[] {
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({
    shape: x.shape.map((length, position) => (position === axis ? size : length)),
    type: x.type,
  }));
  return recordAll('Split', [x, int64s(sizes)], outputs, { axis });
}

/** Repetition of an axis of length 1 is an expansion, which the next operator's broadcasting may make superfluous. */
function tile(x: Value, repeats: readonly number[]): Value {
  const rank = Math.max(x.shape.length, repeats.length);
  const aligned = reshape(x, [...Array(rank - x.shape.length).fill(1), ...x.shape]);
  const times = [...Array(rank - repeats.length).fill(1), ...repeats] as number[];
  const shape = aligned.shape.map((length, axis) => length * times[axis]!);
  if (times.every((count, axis) => count === 1 || aligned.shape[axis] === 1)) return expand(aligned, shape);
  return record('Tile', [aligned, int64s(times)], { shape, type: x.type });
}

export function pad(
  x: Value,
  paddings: readonly (readonly [number, number])[],
  mode: string,
  fill?: number,
): Value {
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]);
  const amounts = int64s([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
  const inputs = fill === undefined ? [x, amounts] : [x, amounts, like(x, fill)];
  return record('Pad', inputs, { shape, type: x.type }, { mode });
}

function mirrorPad(
  { x }: Record<string, Value>,
  attributes: { paddings: [number, number][]; mode: string },
): Value {
  const { paddings, mode } = attributes;
  if (mode === 'reflect') return pad(x!, paddings, 'reflect');
  // Symmetric padding repeats the edge, which ONNX has no mode for: pieces of the tensor, turned around.
  return paddings.reduce((padded, [before, after], axis) => {
    const length = padded.shape[axis]!;
    const piece = (begin: number, size: number) =>
      slice(
        padded,
        padded.shape.map((_, position) => (position === axis ? begin : 0)),
        padded.shape.map((whole, position) => (position === axis ? size : whole)),
        padded.shape.map((_, position) => (position === axis ? -1 : 1)),
      );
    return concat([piece(before - 1, before), padded, piece(length - 1, after)], axis);
  }, x!);
}

interface StridedSlice {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** TensorFlow.js gives an empty axis the length -0. */
const withoutSign = (shape: Shape): Shape => shape.map((length) => length + 0);

function stridedSlice({ x }: Record<string, Value>, attributes: StridedSlice): Value {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const plan = tf.slice_util.sliceInfo(
    [...x!.shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  if (plan.isIdentity) return reshape(x!, plan.finalShape);
  const size = withoutSign(tf.slice_util.computeOutShape(plan.begin, plan.end, plan.strides));
  return reshape(slice(x!, plan.begin, size, plan.strides), withoutSign(plan.finalShape));
}

export const layoutKernels: readonly Kernel[] = [
  kernel<{ shape: number[] }>(tf.Reshape, ({ x }, { shape }) =>
    reshape(x!, tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape([...x!.shape]))),
  ),
  kernel<{ dim: number }>(tf.ExpandDims, ({ input }, { dim }) =>
    reshape(input!, inserted(input!.shape, normalised(dim, input!.shape.length + 1))),
  ),
  kernel<{ perm: number[] }>(tf.Transpose, ({ x }, { perm }) => transpose(x!, perm)),
  kernel<{ axis: number }>(tf.Concat, (inputs, { axis }) => {
    const parts = Object.values(inputs);
    return concat(parts, normalised(axis, parts[0]!.shape.length));
  }),
  kernel<{ axis: number }>(tf.Pack, (inputs, { axis }) => {
    const parts = Object.values(inputs);
    const along = normalised(axis, parts[0]!.shape.length + 1);
    for (const { shape, type } of parts) {
      tf.util.assertShapesMatch([...parts[0]!.shape], [...shape], 'All tensors passed to stack must match: ');
      tf.util.assert(type === parts[0]!.type, () => 'All tensors passed to stack must have one dtype.');
    }
    return concat(
      parts.map((part) => reshape(part, inserted(part.shape, along))),
      along,
    );
  }),
  kernel<{ axis: number }>(tf.Unpack, ({ value }, { axis }) => {
    const along = normalised(axis, value!.shape.length);
    const parts = split(value!, along, Array(value!.shape[along]!).fill(1));
    return parts.map((part) => reshape(part, without(part.shape, along)));
  }),
  kernel<{ numOrSizeSplits: number | number[]; axis: number }>(
    tf.SplitV,
    ({ x }, { numOrSizeSplits, axis }) => {
      const along = normalised(axis, x!.shape.length);
      const sizes = tf.backend_util.prepareSplitSize(
        { shape: [...x!.shape] } as tf.Tensor,
        numOrSizeSplits,
        along,
      );
      return split(x!, along, sizes);
    },
  ),
  kernel<{ begin: number[]; size: number[] }>(tf.Slice, ({ x }, { begin, size }) => {
    const [starts, sizes] = tf.slice_util.parseSliceParams({ shape: x!.shape } as never, begin, size);
    tf.slice_util.assertParamsValid({ shape: x!.shape } as never, starts!, sizes!);
    return slice(x!, starts!, sizes!);
  }),
  kernel<StridedSlice>(tf.StridedSlice, stridedSlice),
  kernel<{ dims: number[] }>(tf.Reverse, ({ x }, { dims }) => {
    const axes = tf.util.parseAxisParam(dims, [...x!.shape]);
    const turned = (axis: number) => axes.includes(axis);
    return slice(
      x!,
      x!.shape.map((length, axis) => (turned(axis) ? length - 1 : 0)),
      x!.shape,
      x!.shape.map((_, axis) => (turned(axis) ? -1 : 1)),
    );
  }),
  kernel<{ reps: number[] }>(tf.Tile, ({ x }, { reps }) => tile(x!, reps)),
  kernel<{ paddings: [number, number][]; constantValue: number }>(
    tf.PadV2,
    ({ x }, { paddings, constantValue }) =>
      x!.type === 'bool'
        ? cast(pad(cast(x!, 'int32'), paddings, 'constant', constantValue), 'bool')
        : pad(x!, paddings, 'constant', constantValue),
  ),
  kernel<{ paddings: [number, number][]; mode: string }>(tf.MirrorPad, mirrorPad),
];
