import * as tf from '@tensorflow/tfjs';
import { add, reshape } from '../graph/build.js';
import type { Shape, Value } from '../graph/value.js';
import { type Activation, activate } from './activation.js';
import { convolve, filterGradient, inputGradient, onnxDepthwiseFilter, onnxFilter } from './convolution.js';
import { type Kernel, kernel } from './kernel.js';
import { type Window, window2d, window3d } from './window.js';

type Triple = [number, number, number];
type Quad = [number, number, number, number];
type Quint = [number, number, number, number, number];

interface Conv2D {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}
interface Conv3D {
  readonly strides: number | Triple;
  readonly pad: 'valid' | 'same';
  readonly dataFormat?: 'NDHWC' | 'NCDHW';
  readonly dilations?: number | Triple;
}

function plan2d(input: Shape, filter: Shape, attributes: Conv2D, depthwise = false): Window {
  const { strides, pad, dataFormat = 'NHWC', dilations, dimRoundingMode } = attributes;
  const format = tf.backend_util.convertConv2DDataFormat(dataFormat);
  return window2d(
    tf.backend_util.computeConv2DInfo(
      input as Quad,
      filter as Quad,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
      depthwise,
      format,
    ),
  );
}

function plan3d(input: Shape, filter: Shape, attributes: Conv3D): Window {
  const { strides, pad, dataFormat, dilations } = attributes;
  const format = dataFormat === 'NCDHW' ? 'channelsFirst' : 'channelsLast';
  return window3d(
    tf.backend_util.computeConv3DInfo(
      input as Quint,
      filter as Quint,
      strides,
      dilations ?? 1,
      pad,
      false,
      format,
    ),
  );
}

/** Bias and slopes of one number per channel lie along the channels, wherever those are. */
function perChannel(weights: Value | undefined, { channelsLast, axes }: Window): Value | undefined {
  if (weights === undefined || channelsLast || weights.shape.length !== 1) return weights;
  return reshape(weights, [...weights.shape, ...axes.map(() => 1)]);
}

function finished(
  name: string,
  product: Value,
  inputs: Record<string, Value>,
  attributes: Activation,
  window: Window,
): Value {
  const bias = perChannel(inputs.bias, window);
  const slopes = perChannel(inputs.preluActivationWeights, window);
  return activate(name, bias ? add(product, bias) : product, attributes, slopes);
}

const conv2d = ({ x, filter }: Record<string, Value>, window: Window): Value =>
  convolve(x!, onnxFilter(filter!), window, 1);
const depthwise = ({ x, filter }: Record<string, Value>, window: Window): Value =>
  convolve(x!, onnxDepthwiseFilter(filter!), window, window.inputChannels);

export const convKernels: readonly Kernel[] = [
  kernel<Conv2D>(tf.Conv2D, (inputs, attributes) =>
    conv2d(inputs, plan2d(inputs.x!.shape, inputs.filter!.shape, attributes)),
  ),
  kernel<Conv2D & Activation>(tf.FusedConv2D, (inputs, attributes) => {
    const window = plan2d(inputs.x!.shape, inputs.filter!.shape, attributes);
    return finished(tf.FusedConv2D, conv2d(inputs, window), inputs, attributes, window);
  }),
  kernel<Conv2D & { inputShape: Quad }>(tf.Conv2DBackpropInput, ({ dy, filter }, attributes) =>
    inputGradient(dy!, onnxFilter(filter!), plan2d(attributes.inputShape, filter!.shape, attributes), 1),
  ),
  kernel<Conv2D & { filterShape: Quad }>(tf.Conv2DBackpropFilter, ({ x, dy }, attributes) =>
    filterGradient(x!, dy!, plan2d(x!.shape, attributes.filterShape, attributes), false),
  ),
  kernel<Conv2D>(tf.DepthwiseConv2dNative, (inputs, attributes) =>
    depthwise(inputs, plan2d(inputs.x!.shape, inputs.filter!.shape, attributes, true)),
  ),
  kernel<Conv2D & Activation>(tf.FusedDepthwiseConv2D, (inputs, attributes) => {
    const window = plan2d(inputs.x!.shape, inputs.filter!.shape, attributes, true);
    return finished(tf.FusedDepthwiseConv2D, depthwise(inputs, window), inputs, attributes, window);
  }),
  kernel<Conv2D & { inputShape: Quad }>(
    tf.DepthwiseConv2dNativeBackpropInput,
    ({ dy, filter }, attributes) => {
      const window = plan2d(attributes.inputShape, filter!.shape, attributes, true);
      return inputGradient(dy!, onnxDepthwiseFilter(filter!), window, window.inputChannels);
    },
  ),
  kernel<Conv2D & { filterShape: Quad }>(tf.DepthwiseConv2dNativeBackpropFilter, ({ x, dy }, attributes) =>
    filterGradient(x!, dy!, plan2d(x!.shape, attributes.filterShape, attributes, true), true),
  ),
  kernel<Conv3D>(tf.Conv3D, ({ x, filter }, attributes) =>
    convolve(x!, onnxFilter(filter!), plan3d(x!.shape, filter!.shape, attributes), 1),
  ),
  kernel<Conv3D & { inputShape: Quint }>(tf.Conv3DBackpropInputV2, ({ dy, filter }, attributes) =>
    inputGradient(dy!, onnxFilter(filter!), plan3d(attributes.inputShape, filter!.shape, attributes), 1),
  ),
  kernel<Conv3D & { filterShape: Quint }>(tf.Conv3DBackpropFilterV2, ({ x, dy }, attributes) =>
    filterGradient(x!, dy!, plan3d(x!.shape, attributes.filterShape, attributes), false),
  ),
];
