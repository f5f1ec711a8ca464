import * as tf from '@tensorflow/tfjs';
import { add, divide, elementwise, like, multiply, subtract } from '../graph/build.js';
import { matrixProduct } from '../graph/matrix.js';
import { constant, type Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

interface LocalResponse {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** Sums over the channels at most `radius` apart, as a product with a band of ones. */
function neighbourSums(x: Value, radius: number): Value {
  const channels = x.shape.at(-1)!;
  const band = Float32Array.from({ length: channels * channels }, (_, index) =>
    Math.abs(Math.floor(index / channels) - (index % channels)) <= radius ? 1 : 0,
  );
  return matrixProduct(x, constant(band, [channels, channels], 'float32'));
}

const power = (x: Value, exponent: number): Value => elementwise('Pow', [x, like(x, exponent)], x.type);

function norm(x: Value, { depthRadius, bias, alpha }: LocalResponse): Value {
  const sums = neighbourSums(multiply(x, x), depthRadius);
  return add(multiply(sums, like(x, alpha)), like(x, bias));
}

/** Each channel counts in the norms of its neighbours too, whose band is symmetric. */
function gradient({ x, y, dy }: Record<string, Value>, options: LocalResponse): Value {
  const norms = norm(x!, options);
  const own = multiply(dy!, power(norms, -options.beta));
  const others = neighbourSums(divide(multiply(y!, dy!), norms), options.depthRadius);
  return subtract(own, multiply(multiply(x!, others), like(x!, 2 * options.alpha * options.beta)));
}

/** Local response normalisation over the channels: x (bias + alpha sum of squares)^-beta. */
export const normaliseKernels: readonly Kernel[] = [
  kernel<LocalResponse>(tf.LRN, ({ x }, options) => multiply(x!, power(norm(x!, options), -options.beta))),
  kernel<LocalResponse>(tf.LRNGrad, gradient),
];
