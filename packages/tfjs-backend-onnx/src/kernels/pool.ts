import * as tf from '@tensorflow/tfjs';
import { arithmetic, cast, elementwise, like, multiply, reshape, where } from '../graph/build.js';
import { record, recordAll } from '../graph/record.js';
import { mean } from '../graph/sum.js';
import { constant, type Shape, sizeOf, uniform, type Value } from '../graph/value.js';
import { inputGradient } from './convolution.js';
import { type Kernel, kernel } from './kernel.js';
import { pad } from './layout.js';
import {
  channelsSecond,
  outputShape,
  overhang,
  range,
  restored,
  type Window,
  type WindowAxis,
  window2d,
  window3d,
  windowAttributes,
} from './window.js';

/** The lowest float32, which stands for no pixel. */
const LOWEST = -3.4028234663852886e38;

/** ONNX Runtime pools with padding narrower than the window only; wider padding becomes part of the input. */
function padded(x: Value, window: Window, fill: number): [Value, readonly WindowAxis[]] {
  const { axes } = window;
  const input = channelsSecond(cast(x, 'float32'), window);
  if (axes.every((axis) => Math.max(axis.before, overhang(axis)) < axis.kernel)) return [input, axes];
  const sides = axes.map((axis) => [axis.before, Math.max(0, overhang(axis))] as const);
  const wide = axes.map((axis, position) => {
    const [before, after] = sides[position]!;
    return { ...axis, input: axis.input + before + after, before: 0 };
  });
  return [pad(input, [[0, 0], [0, 0], ...sides], 'constant', fill), wide];
}

/** A NaN is passed over, as on the cpu backend. */
const withoutNaN = (x: Value): Value =>
  x.type === 'float32' ? where(elementwise('IsNaN', [x], 'bool'), like(x, Number.NEGATIVE_INFINITY), x) : x;

function maxPool(x: Value, window: Window): Value {
  const [input, axes] = padded(withoutNaN(x), window, LOWEST);
  const output = { shape: outputShape(window), type: input.type };
  return cast(restored(record('MaxPool', [input], output, windowAttributes(axes)), window), x.type);
}

/** The place of each window's maximum, the first one at a tie, in the flat [batch, channels, …spatial] input. */
function maxPlaces(x: Value, window: Window): Value {
  const input = channelsSecond(cast(withoutNaN(x), 'float32'), window);
  const shape = outputShape(window);
  const outputs = [
    { shape, type: input.type },
    { shape, type: 'int64' },
  ] as const;
  return recordAll('MaxPool', [input], outputs, windowAttributes(window.axes))[1]!;
}

/** Adds each window's gradient to where its maximum stood. */
function maxPoolGradient(dy: Value, x: Value, window: Window): Value {
  const input = channelsSecond(x, window);
  const zeros = uniform(0, [sizeOf(input.shape)], dy.type);
  const places = reshape(maxPlaces(x, window), [sizeOf(dy.shape)]);
  const updates = reshape(channelsSecond(dy, window), [sizeOf(dy.shape)]);
  const sums = record('ScatterElements', [zeros, places, updates], zeros, { axis: 0, reduction: 'add' });
  return restored(reshape(sums, input.shape), window);
}

/** TensorFlow.js counts the places with the channels last, and from the example's or the batch's first element. */
function maxPoolWithPlaces(x: Value, window: Window, includeBatch: boolean): Value[] {
  const { inputChannels: channels, axes } = window;
  const area = sizeOf(axes.map(({ input }) => input));
  const places = restored(maxPlaces(x, window), window);
  const number = (value: number) => uniform(value, [], 'int64');
  const within = record('Mod', [places, number(area)], places);
  const numbers = (count: number, shape: Shape, step: number) =>
    constant(
      BigInt64Array.from({ length: count }, (_, index) => BigInt(index * step)),
      shape,
      'int64',
    );
  const flat = arithmetic(
    'Add',
    arithmetic('Mul', within, number(channels)),
    numbers(channels, [channels], 1),
  );
  const indices = includeBatch
    ? arithmetic('Add', flat, numbers(window.batch, [window.batch, 1, 1, 1], area * channels))
    : flat;
  return [maxPool(x, window), cast(indices, 'int32')];
}

/** The mean of what lies inside the input; padding does not count, and a window of nothing else gives 0. */
function averagePool(x: Value, window: Window): Value {
  if (coversAll(window)) {
    const spatial = range(0, window.axes.length).map((axis) => axis + (window.channelsLast ? 1 : 2));
    return mean(cast(x, 'float32'), spatial, true);
  }
  const [input, axes] = padded(x, window, 0);
  const output = { shape: outputShape(window), type: input.type };
  const attributes = { ...windowAttributes(axes), count_include_pad: 0 };
  const means = restored(record('AveragePool', [input], output, attributes), window);
  if (axes === window.axes) return means;
  const size = sizeOf(axes.map(({ kernel }) => kernel));
  return multiply(multiply(means, like(means, size)), shares(window));
}

/** Whether a single window is the whole input. */
const coversAll = ({ axes }: Window): boolean =>
  axes.every(
    ({ input, output, kernel, dilation, before }) =>
      output === 1 && kernel === input && dilation === 1 && before === 0,
  );

/** 1 / how many elements of the input each window covers, [...windows, 1]. */
function shares({ axes, channelsLast }: Window): Value {
  const counts = axes.reduce<number[]>(
    (products, axis) => products.flatMap((product) => coverage(axis).map((count) => product * count)),
    [1],
  );
  const windows = axes.map(({ output }) => output);
  const data = Float32Array.from(counts, (count) => 1 / Math.max(1, count));
  return constant(data, channelsLast ? [...windows, 1] : windows, 'float32');
}

/** Spreads each window's gradient evenly over the elements that it averaged. */
function averagePoolGradient(dy: Value, window: Window): Value {
  const share = multiply(dy, shares(window));
  const ones = uniform(1, [window.inputChannels, 1, ...window.axes.map(({ kernel }) => kernel)], dy.type);
  return inputGradient(share, ones, window, window.inputChannels);
}

/** How many elements of the input each window covers. */
const coverage = ({ input, output, kernel, stride, dilation, before }: WindowAxis): number[] =>
  range(0, output).map(
    (at) =>
      range(0, kernel).filter((tap) => {
        const place = at * stride + tap * dilation - before;
        return place >= 0 && place < input;
      }).length,
  );

interface Pool {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}
interface Pool3D {
  readonly filterSize: number | [number, number, number];
  readonly strides: number | [number, number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NDHWC' | 'NCDHW';
}

function plan(shape: Shape, { filterSize, strides, pad, dimRoundingMode }: Pool): Window {
  tf.util.assert(shape.length === 4, () => `Pooling expects a tensor of rank 4, got ${shape.length}.`);
  const input = shape as [number, number, number, number];
  return window2d(tf.backend_util.computePool2DInfo(input, filterSize, strides, 1, pad, dimRoundingMode));
}

const plan3d = (shape: Shape, { filterSize, strides, pad, dimRoundingMode, dataFormat }: Pool3D): Window =>
  window3d(
    tf.backend_util.computePool3DInfo(
      shape as [number, number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
      dataFormat,
    ),
  );

export const poolKernels: readonly Kernel[] = [
  kernel<Pool>(tf.MaxPool, ({ x }, attributes) => maxPool(x!, plan(x!.shape, attributes))),
  kernel<Pool>(tf.MaxPoolGrad, ({ dy, input }, attributes) =>
    maxPoolGradient(dy!, input!, plan(input!.shape, attributes)),
  ),
  kernel<Pool & { includeBatchInIndex: boolean }>(tf.MaxPoolWithArgmax, ({ x }, attributes) =>
    maxPoolWithPlaces(x!, plan(x!.shape, attributes), attributes.includeBatchInIndex),
  ),
  kernel<Pool3D>(tf.MaxPool3D, ({ x }, attributes) => maxPool(x!, plan3d(x!.shape, attributes))),
  kernel<Pool3D>(tf.MaxPool3DGrad, ({ dy, input }, attributes) =>
    maxPoolGradient(dy!, input!, plan3d(input!.shape, attributes)),
  ),
  kernel<Pool>(tf.AvgPool, ({ x }, attributes) => averagePool(x!, plan(x!.shape, attributes))),
  kernel<Pool>(tf.AvgPoolGrad, ({ dy, input }, attributes) =>
    averagePoolGradient(dy!, plan(input!.shape, attributes)),
  ),
  kernel<Pool3D>(tf.AvgPool3D, ({ x }, attributes) => averagePool(x!, plan3d(x!.shape, attributes))),
  kernel<Pool3D>(tf.AvgPool3DGrad, ({ dy, input }, attributes) =>
    averagePoolGradient(dy!, plan3d(input!.shape, attributes)),
  ),
];
