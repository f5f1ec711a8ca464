import { cast, reshape, transpose } from '../graph/build.js';
import { type OutputType, record } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { type Attribute, type Shape, sizeOf, uniform, type Value } from '../graph/value.js';
import {
  channelsSecond,
  inputShape,
  outputShape,
  overhang,
  range,
  restored,
  type Window,
  windowAttributes,
} from './window.js';

/** [output channels, input channels, …spatial] of a filter [...spatial, input channels, output channels]. */
export function onnxFilter(filter: Value): Value {
  const rank = filter.shape.length;
  return transpose(filter, [rank - 1, rank - 2, ...range(0, rank - 2)]);
}

/** [channels * multiplier, 1, …spatial] of a filter [...spatial, channels, multiplier]: a group per channel. */
export function onnxDepthwiseFilter(filter: Value): Value {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  return reshape(transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

/** Of nothing a sum of products is 0; ONNX Runtime does not end on a batch of no channels, or leaves the result as it is. */
function convolution(
  op: 'Conv' | 'ConvTranspose',
  inputs: readonly Value[],
  output: OutputType,
  attributes: Readonly<Record<string, Attribute>>,
): Value {
  if (inputs.some(({ shape }) => sizeOf(shape) === 0)) return uniform(0, output.shape, output.type);
  return record(op, inputs, output, attributes);
}

export function convolve(x: Value, filter: Value, window: Window, groups: number): Value {
  const input = channelsSecond(cast(x, 'float32'), window);
  const output = { shape: outputShape(window), type: input.type };
  const attributes = { ...windowAttributes(window.axes), group: groups };
  return restored(convolution('Conv', [input, cast(filter, 'float32')], output, attributes), window);
}

/** The gradient of the input: a transposed convolution, cut or extended to the input's size. */
export function inputGradient(dy: Value, filter: Value, window: Window, groups: number): Value {
  const after = window.axes.map(overhang);
  const attributes = {
    ...windowAttributes(window.axes),
    pads: [...window.axes.map(({ before }) => before), ...after.map((length) => Math.max(0, length))],
    // What the last window does not reach of the input.
    output_padding: after.map((length) => Math.max(0, -length)),
    group: groups,
  };
  const output = { shape: inputShape(window), type: dy.type };
  // A gradient of more windows than the input has room for: TensorFlow.js ignores the rest.
  const used = cropped(channelsSecond(dy, window), outputShape(window));
  return restored(convolution('ConvTranspose', [used, filter], output, attributes), window);
}

/**
 * The gradient of the filter, in TensorFlow.js's order of axes: the input convolved with dy, where the examples take
 * the place of the channels, and stride and dilation change places.
 */
export function filterGradient(x: Value, dy: Value, window: Window, depthwise: boolean): Value {
  const swap = [1, 0, ...range(2, x.shape.length)];
  const axes = window.axes.map(({ output, kernel, stride, dilation, ...axis }) => ({
    ...axis,
    output: kernel,
    kernel: output,
    stride: dilation,
    dilation: stride,
  }));
  const input = transpose(channelsSecond(cast(x, 'float32'), window), swap);
  const weight = transpose(channelsSecond(dy, window), swap);
  // What lies beyond the last window of the forward pass was never read.
  const read = axes.map((axis) => axis.input + Math.min(0, overhang(axis)));
  const cut = cropped(input, [input.shape[0]!, input.shape[1]!, ...read]);
  const batches = depthwise ? reshape(cut, [1, cut.shape[0]! * cut.shape[1]!, ...read]) : cut;
  const shape = [batches.shape[0]!, window.outputChannels, ...axes.map(({ output }) => output)];
  const attributes = { ...windowAttributes(axes), group: depthwise ? window.inputChannels : 1 };
  const gradient = convolution('Conv', [batches, weight], { shape, type: dy.type }, attributes);
  const channels = window.inputChannels;
  const pairs = [channels, depthwise ? window.outputChannels / channels : window.outputChannels];
  const spatial = axes.map(({ output }) => output);
  return transpose(reshape(gradient, [...pairs, ...spatial]), [...range(2, spatial.length + 2), 0, 1]);
}

function cropped(x: Value, shape: Shape): Value {
  return slice(
    x,
    shape.map(() => 0),
    shape,
  );
}
