import * as tf from '@tensorflow/tfjs';
import { attention } from './fused/attention.js';
import { gelu } from './fused/gelu.js';
import { layerNorm } from './fused/layer-norm.js';
import { linear } from './fused/linear.js';

/** A small pre-norm transformer and AdamW, written as a user of the package would: for tests and measurements. */
export interface TransformerShape {
  readonly batch: number;
  readonly tokens: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

export type Weights = Record<string, tf.Tensor>;
export interface StepState extends Record<string, Weights | tf.Tensor> {
  readonly weights: Weights;
  readonly mean: Weights;
  readonly square: Weights;
  readonly step: tf.Tensor;
}

/** Reproducible numbers in -1 … 1. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed * 7919 + 13;
  return Float32Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state / 1073741824 - 1) as number;
  });
}

export function initialState({ width, layers }: TransformerShape): StepState {
  const weights: Weights = {};
  let seed = 1;
  const matrix = (name: string, out: number, inside: number) => {
    const scale = 1 / Math.sqrt(inside);
    const data = numbers(out * inside, seed++).map((x) => x * scale);
    weights[`${name}.weight`] = tf.tensor(data, [out, inside]);
    weights[`${name}.bias`] = tf.tensor(numbers(out, seed++).map((x) => x * 0.1));
  };
  const norm = (name: string) => {
    weights[`${name}.scale`] = tf.tensor(new Float32Array(width).fill(1));
    weights[`${name}.bias`] = tf.tensor(new Float32Array(width));
  };
  for (let layer = 0; layer < layers; layer++) {
    norm(`${layer}.norm1`);
    matrix(`${layer}.qkv`, 3 * width, width);
    matrix(`${layer}.out`, width, width);
    norm(`${layer}.norm2`);
    matrix(`${layer}.up`, 4 * width, width);
    matrix(`${layer}.down`, width, 4 * width);
  }
  norm('norm');
  matrix('head', width, width);
  const zeros = () =>
    Object.fromEntries(
      Object.entries(weights).map(([name, weight]) => [
        name,
        tf.tensor(new Float32Array(weight.size), weight.shape as number[]),
      ]),
    );
  return { weights, mean: zeros(), square: zeros(), step: tf.scalar(0) };
}

export function forward(weights: Weights, input: tf.Tensor, shape: TransformerShape): tf.Tensor {
  const { batch, tokens, width, heads } = shape;
  const get = (name: string) => weights[name]!;
  const apply = (name: string, x: tf.Tensor) => linear(x, get(`${name}.weight`), get(`${name}.bias`));
  const normalise = (name: string, x: tf.Tensor) =>
    layerNorm(x, get(`${name}.scale`), get(`${name}.bias`), 1e-6);
  let x = input;
  for (let layer = 0; layer < shape.layers; layer++) {
    const qkv = apply(`${layer}.qkv`, normalise(`${layer}.norm1`, x));
    // One transposition for all three, [3, B, heads, N, D / heads]: taking it apart is then a copy of whole blocks.
    const parts = qkv.reshape([batch, tokens, 3, heads, width / heads]).transpose([2, 0, 3, 1, 4]);
    const [q, k, v] = tf.unstack(parts);
    const mixed = attention(q!, k!, v!, 1 / Math.sqrt(width / heads));
    x = x.add(apply(`${layer}.out`, mixed.transpose([0, 2, 1, 3]).reshape([batch, tokens, width])));
    x = x.add(apply(`${layer}.down`, gelu(apply(`${layer}.up`, normalise(`${layer}.norm2`, x)))));
  }
  return apply('head', normalise('norm', x));
}

/** One AdamW step on the mean squared error; gives the new state and the loss. */
export function trainingStep(shape: TransformerShape) {
  return ({ state, input, target }: { state: StepState; input: tf.Tensor; target: tf.Tensor }) => {
    const names = Object.keys(state.weights);
    const loss = (...values: tf.Tensor[]) => {
      const weights = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
      return forward(weights, input, shape).sub(target).square().mean() as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss as never)(names.map((name) => state.weights[name]!));
    const step = state.step.add(1);
    const next = { weights: {} as Weights, mean: {} as Weights, square: {} as Weights, step };
    const correction1 = tf.sub(1, tf.pow(0.9, step));
    const correction2 = tf.sub(1, tf.pow(0.95, step));
    for (const [index, name] of names.entries()) {
      const gradient = grads[index]!;
      const mean = state.mean[name]!.mul(0.9).add(gradient.mul(0.1));
      const square = state.square[name]!.mul(0.95).add(gradient.square().mul(0.05));
      const update = mean.div(correction1).div(square.div(correction2).sqrt().add(1e-8));
      const weight = state.weights[name]!;
      next.weights[name] = weight.sub(update.add(weight.mul(0.05)).mul(1e-3));
      next.mean[name] = mean;
      next.square[name] = square;
    }
    return { state: next as StepState, loss: value };
  };
}
