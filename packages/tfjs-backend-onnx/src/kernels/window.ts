import type * as tf from '@tensorflow/tfjs';
import { transpose } from '../graph/build.js';
import type { Shape, Value } from '../graph/value.js';

/** How a window walks along one spatial axis. Lengths in elements. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first element. */
  readonly before: number;
}

/** A window over [batch, …spatial, channels], or with the channels second. */
export interface Window {
  readonly axes: readonly WindowAxis[];
  readonly batch: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly channelsLast: boolean;
}

export function window2d(info: tf.backend_util.Conv2DInfo): Window {
  return {
    axes: [
      {
        input: info.inHeight,
        output: info.outHeight,
        kernel: info.filterHeight,
        stride: info.strideHeight,
        dilation: info.dilationHeight,
        before: info.padInfo.top,
      },
      {
        input: info.inWidth,
        output: info.outWidth,
        kernel: info.filterWidth,
        stride: info.strideWidth,
        dilation: info.dilationWidth,
        before: info.padInfo.left,
      },
    ],
    batch: info.batchSize,
    inputChannels: info.inChannels,
    outputChannels: info.outChannels,
    channelsLast: info.dataFormat === 'channelsLast',
  };
}

export function window3d(info: tf.backend_util.Conv3DInfo): Window {
  return {
    axes: [
      {
        input: info.inDepth,
        output: info.outDepth,
        kernel: info.filterDepth,
        stride: info.strideDepth,
        dilation: info.dilationDepth,
        before: info.padInfo.front,
      },
      {
        input: info.inHeight,
        output: info.outHeight,
        kernel: info.filterHeight,
        stride: info.strideHeight,
        dilation: info.dilationHeight,
        before: info.padInfo.top,
      },
      {
        input: info.inWidth,
        output: info.outWidth,
        kernel: info.filterWidth,
        stride: info.strideWidth,
        dilation: info.dilationWidth,
        before: info.padInfo.left,
      },
    ],
    batch: info.batchSize,
    inputChannels: info.inChannels,
    outputChannels: info.outChannels,
    channelsLast: info.dataFormat === 'channelsLast',
  };
}

/** How far the last window reaches beyond the input; negative where the input's end is not read. */
export const overhang = ({ input, output, kernel, stride, dilation, before }: WindowAxis): number =>
  (output - 1) * stride + (kernel - 1) * dilation + 1 - input - before;

/** ONNX's attributes. The padding at the end is what gives the wanted number of outputs, rounded down or up. */
export function windowAttributes(axes: readonly WindowAxis[]): Record<string, number[]> {
  return {
    kernel_shape: axes.map(({ kernel }) => kernel),
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map((axis) => Math.max(0, overhang(axis)))],
  };
}

/** ONNX computes on [batch, channels, …spatial]. */
export function channelsSecond(x: Value, { channelsLast }: Window): Value {
  const rank = x.shape.length;
  return channelsLast ? transpose(x, [0, rank - 1, ...range(1, rank - 1)]) : x;
}

/** The inverse of `channelsSecond`. */
export function restored(x: Value, { channelsLast }: Window): Value {
  return channelsLast ? transpose(x, [0, ...range(2, x.shape.length), 1]) : x;
}

export const range = (start: number, end: number): number[] =>
  Array.from({ length: end - start }, (_, index) => start + index);

export const inputShape = ({ batch, inputChannels, axes }: Window): Shape => [
  batch,
  inputChannels,
  ...axes.map(({ input }) => input),
];
export const outputShape = ({ batch, outputChannels, axes }: Window): Shape => [
  batch,
  outputChannels,
  ...axes.map(({ output }) => output),
];
