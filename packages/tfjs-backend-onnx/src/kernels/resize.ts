import * as tf from '@tensorflow/tfjs';
import { add, cast, multiply, reshape, subtract } from '../graph/build.js';
import { matrixProduct } from '../graph/matrix.js';
import { record } from '../graph/record.js';
import { constant, type Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';
import { range } from './window.js';

interface Resize {
  readonly size: [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** What one place of a resized axis is made of: (1 - weight) of element `low`, `weight` of element `high`. */
interface Sample {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}
type Sampling = (from: number, to: number, options: Omit<Resize, 'size'>) => Sample[];

function scale(from: number, to: number, alignCorners: boolean): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

const bilinear: Sampling = (from, to, { alignCorners, halfPixelCenters }) =>
  range(0, to).map((at) => {
    const ratio = scale(from, to, alignCorners);
    const place = Math.max(0, halfPixelCenters ? ratio * (at + 0.5) - 0.5 : ratio * at);
    const low = Math.min(from - 1, Math.floor(place));
    return { low, high: Math.min(from - 1, Math.ceil(place)), weight: place - low };
  });

const nearest: Sampling = (from, to, { alignCorners, halfPixelCenters }) =>
  range(0, to).map((at) => {
    const place = scale(from, to, alignCorners) * (halfPixelCenters ? at + 0.5 : at);
    const low = Math.min(from - 1, alignCorners ? Math.round(place) : Math.floor(place));
    return { low: Math.max(0, low), high: low, weight: 0 };
  });

/** Resizes one axis by reading rows, which the coordinates, known beforehand, say. */
function resizeAxis(x: Value, axis: number, samples: readonly Sample[]): Value {
  const take = (rows: number[]) => {
    const shape = x.shape.map((length, position) => (position === axis ? rows.length : length));
    const indices = constant(Int32Array.from(rows), [rows.length], 'int32');
    return record('Gather', [x, indices], { shape, type: x.type }, { axis });
  };
  const low = take(samples.map((sample) => sample.low));
  if (samples.every(({ weight }) => weight === 0)) return low;
  const high = take(samples.map((sample) => sample.high));
  const weights = Float32Array.from(samples, ({ weight }) => weight);
  const shape = [samples.length, ...x.shape.slice(axis + 1).map(() => 1)];
  return add(low, multiply(subtract(high, low), constant(weights, shape, 'float32')));
}

function resize(x: Value, sampling: Sampling, { size: [height, width], ...options }: Resize): Value {
  const rows = resizeAxis(x, 1, sampling(x.shape[1]!, height, options));
  return resizeAxis(rows, 2, sampling(x.shape[2]!, width, options));
}

/** [from, to], the transposed matrix of a resized axis. */
function spreading(samples: readonly Sample[], from: number): Value {
  const matrix = new Float32Array(from * samples.length);
  const give = (row: number, column: number, share: number) => {
    matrix[row * samples.length + column]! += share;
  };
  for (const [column, { low, high, weight }] of samples.entries()) {
    give(low, column, 1 - weight);
    if (weight !== 0) give(high, column, weight);
  }
  return constant(matrix, [from, samples.length], 'float32');
}

/** Gives the gradient of each new row and column to those that it was made of: a matrix product per axis. */
function resizeGradient(dy: Value, images: Value, sampling: Sampling, options: Omit<Resize, 'size'>): Value {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [, newHeight, newWidth] = dy.shape as [number, number, number, number];
  const perRow = spreading(sampling(height, newHeight, options), height);
  const perColumn = spreading(sampling(width, newWidth, options), width);
  const rows = matrixProduct(perRow, reshape(cast(dy, 'float32'), [batch, newHeight, newWidth * channels]));
  const columns = matrixProduct(perColumn, reshape(rows, [batch * height, newWidth, channels]));
  return reshape(columns, images.shape);
}

export const resizeKernels: readonly Kernel[] = [
  kernel<Resize>(tf.ResizeBilinear, ({ images }, options) =>
    resize(cast(images!, 'float32'), bilinear, options),
  ),
  kernel<Resize>(tf.ResizeBilinearGrad, ({ dy, images }, options) =>
    resizeGradient(dy!, images!, bilinear, options),
  ),
  kernel<Resize>(tf.ResizeNearestNeighbor, ({ images }, options) => resize(images!, nearest, options)),
  kernel<Resize>(tf.ResizeNearestNeighborGrad, ({ dy, images }, options) =>
    resizeGradient(dy!, images!, nearest, options),
  ),
];
