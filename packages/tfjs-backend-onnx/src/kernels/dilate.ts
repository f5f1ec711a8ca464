import * as tf from '@tensorflow/tfjs';
import { add, cast, elementwise, like, reduce, reshape, where } from '../graph/build.js';
import { record } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { constant, type Shape, sizeOf, uniform, type Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';
import { range } from './window.js';

interface Dilation {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dilations: number | [number, number];
}

/** For each window and each of its taps the pixel that lies there, or the one after the last where none does. */
interface Taps {
  readonly table: Value;
  readonly windows: number;
  readonly taps: number;
  readonly pixels: number;
  readonly outputShape: Shape;
}

function tapsOf(x: Value, filter: Value, { strides, pad, dilations }: Dilation): Taps {
  const info = tf.backend_util.computeDilation2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number],
    strides,
    pad,
    'NHWC',
    dilations,
  );
  const pixels = info.inHeight * info.inWidth;
  const table = range(0, info.outHeight * info.outWidth).flatMap((window) =>
    range(0, info.filterHeight * info.filterWidth).map((tap) => {
      const row =
        Math.floor(window / info.outWidth) * info.strideHeight -
        info.padInfo.top +
        Math.floor(tap / info.filterWidth) * info.dilationHeight;
      const column =
        (window % info.outWidth) * info.strideWidth -
        info.padInfo.left +
        (tap % info.filterWidth) * info.dilationWidth;
      const inside = row >= 0 && row < info.inHeight && column >= 0 && column < info.inWidth;
      return inside ? row * info.inWidth + column : pixels;
    }),
  );
  const [windows, taps] = [info.outHeight * info.outWidth, info.filterHeight * info.filterWidth];
  return {
    table: constant(Int32Array.from(table), [windows, taps], 'int32'),
    windows,
    taps,
    pixels,
    outputShape: info.outShape,
  };
}

/** The lowest float32. */
const LOWEST = -3.4028234663852886e38;

/** [B, windows, taps, channels]: what the filter's taps make of each window, of which the largest is the result. */
function candidates(x: Value, filter: Value, { table, windows, taps, pixels }: Taps): Value {
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const flat = reshape(cast(x, 'float32'), [batch, pixels, channels]);
  const outside = uniform(LOWEST, [batch, 1, channels], 'float32');
  const padded = record(
    'Concat',
    [flat, outside],
    { shape: [batch, pixels + 1, channels], type: 'float32' },
    { axis: 1 },
  );
  const shape = [batch, windows, taps, channels];
  const found = record('Gather', [padded, table], { shape, type: 'float32' }, { axis: 1 });
  const sums = add(found, reshape(cast(filter, 'float32'), [taps, channels]));
  // A NaN is passed over, as on the cpu backend.
  return where(elementwise('IsNaN', [sums], 'bool'), like(sums, LOWEST), sums);
}

/** [B, windows, channels] number of the tap that gave the result, the first one at a tie. */
function winners(x: Value, filter: Value, taps: Taps): Value {
  const all = candidates(x, filter, taps);
  const shape = [x.shape[0]!, taps.windows, x.shape[3]!];
  return record('ArgMax', [all], { shape, type: 'int64' }, { axis: 2, keepdims: 0 });
}

const channelNumbers = (channels: number): Value =>
  constant(BigInt64Array.from(range(0, channels), BigInt), [channels], 'int64');

/** Adds up dy at `places` [B, windows, channels] of an array of `size` elements. */
function scattered(dy: Value, places: Value, size: number): Value {
  const zeros = uniform(0, [size], 'float32');
  const count = sizeOf(dy.shape);
  return record('ScatterElements', [zeros, reshape(places, [count]), reshape(dy, [count])], zeros, {
    axis: 0,
    reduction: 'add',
  });
}

const integers = (op: string, a: Value, b: Value): Value =>
  record(op, [a, b], { shape: a.shape, type: 'int64' });

function filterGradient({ x, filter, dy }: Record<string, Value>, attributes: Dilation): Value {
  const taps = tapsOf(x!, filter!, attributes);
  const channels = x!.shape[3]!;
  const rows = integers('Mul', winners(x!, filter!, taps), uniform(channels, [], 'int64'));
  const places = integers('Add', rows, channelNumbers(channels));
  return reshape(scattered(dy!, places, taps.taps * channels), filter!.shape);
}

function inputGradient({ x, filter, dy }: Record<string, Value>, attributes: Dilation): Value {
  const taps = tapsOf(x!, filter!, attributes);
  const [batch, , , channels] = x!.shape as [number, number, number, number];
  const won = winners(x!, filter!, taps);
  const starts = constant(
    BigInt64Array.from(range(0, taps.windows), (window) => BigInt(window * taps.taps)),
    [taps.windows, 1],
    'int64',
  );
  const flat = reshape(taps.table, [taps.windows * taps.taps]);
  const pixel = record(
    'Gather',
    [flat, integers('Add', won, starts)],
    { shape: won.shape, type: 'int32' },
    { axis: 0 },
  );
  const images = constant(
    BigInt64Array.from(range(0, batch), (image) => BigInt(image * (taps.pixels + 1))),
    [batch, 1, 1],
    'int64',
  );
  const row = integers('Mul', integers('Add', cast(pixel, 'int64'), images), uniform(channels, [], 'int64'));
  const places = integers('Add', row, channelNumbers(channels));
  const sums = scattered(dy!, places, batch * (taps.pixels + 1) * channels);
  const padded = reshape(sums, [batch, taps.pixels + 1, channels]);
  return reshape(slice(padded, [0, 0, 0], [batch, taps.pixels, channels]), x!.shape);
}

/** Greyscale morphological dilation: the largest of pixel plus filter over each window. */
export const dilateKernels: readonly Kernel[] = [
  kernel<Dilation>(tf.Dilation2D, ({ x, filter }, attributes) => {
    const taps = tapsOf(x!, filter!, attributes);
    return reshape(reduce('ReduceMax', candidates(x!, filter!, taps), [2], false), taps.outputShape);
  }),
  kernel<Dilation>(tf.Dilation2DBackpropInput, inputGradient),
  kernel<Dilation>(tf.Dilation2DBackpropFilter, filterGradient),
];
