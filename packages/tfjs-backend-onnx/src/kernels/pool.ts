import * as tf from '@tensorflow/tfjs';
import { arithmetic, cast, multiply, reshape } from '../graph/build.js';
import { record, recordAll } from '../graph/record.js';
import { constant, type Shape, sizeOf, uniform, type Value } from '../graph/value.js';
import { inputGradient } from './convolution.js';
import { type Kernel, kernel } from './kernel.js';
import {
  channelsSecond,
  outputShape,
  range,
  restored,
  type Window,
  type WindowAxis,
  window2d,
  window3d,
  windowAttributes,
} from './window.js';

function maxPool(x: Value, window: Window): Value {
  const input = channelsSecond(cast(x, 'float32'), window);
  const output = { shape: outputShape(window), type: input.type };
  return cast(
    restored(record('MaxPool', [input], output, windowAttributes(window.axes)), window),
    x.type === 'bool' ? 'int32' : x.type,
  );
}

/** The place of each window's maximum, the first one at a tie, in the flat [batch, channels, …spatial] input. */
function maxPlaces(x: Value, window: Window): Value {
  const input = channelsSecond(cast(x, 'float32'), window);
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

/** The mean of what lies inside the input; padding does not count. */
function averagePool(x: Value, window: Window): Value {
  const input = channelsSecond(cast(x, 'float32'), window);
  const attributes = { ...windowAttributes(window.axes), count_include_pad: 0 };
  const output = { shape: outputShape(window), type: input.type };
  return restored(record('AveragePool', [input], output, attributes), window);
}

/** Spreads each window's gradient evenly over the elements that it averaged. */
function averagePoolGradient(dy: Value, window: Window): Value {
  const counts = window.axes.reduce<number[]>(
    (products, axis) => products.flatMap((product) => coverage(axis).map((count) => product * count)),
    [1],
  );
  const shape = [...window.axes.map(({ output }) => output), 1];
  const share = multiply(
    dy,
    constant(
      Float32Array.from(counts, (count) => 1 / count),
      shape,
      'float32',
    ),
  );
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

const plan = (shape: Shape, { filterSize, strides, pad, dimRoundingMode }: Pool): Window =>
  window2d(
    tf.backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    ),
  );

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
