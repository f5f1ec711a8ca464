import * as tf from '@tensorflow/tfjs';
import type { Compiled, Engine } from '@tgm/tfjs-backend-onnx';
import type { Features, Labels } from './features.js';
import { lbfgs } from './lbfgs.js';

/** A linear classifier of D numbers into C classes: scores = x weight + bias. */
export interface LinearClassifier {
  /** [D, C] row-major. */
  readonly weight: Float64Array;
  /** [C] */
  readonly bias: Float64Array;
  readonly classes: number;
}

/** [N, D] features and [D, N] once more, [N, C] one-hot labels, [D, C] weight, [1, C] bias, scalar strength. */
type Inputs = {
  readonly features: tf.Tensor;
  /** Kept beside `features`: a product with a tall matrix transposed on the fly is several times slower. */
  readonly transposed: tf.Tensor;
  readonly targets: tf.Tensor;
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
  readonly l2: tf.Tensor;
};

type Outputs = {
  readonly value: tf.Tensor;
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
};

/** Fits longer than this are as good as found: accuracies stand still well before. */
const MAX_ITERATIONS = 200;

/**
 * Mean cross-entropy of softmax(x weight + bias) plus l2 / 2 times the squared weights, and its gradient in
 * closed form. The bias is not penalised.
 */
export function softmaxObjective({ features, transposed, targets, weight, bias, l2 }: Inputs): Outputs {
  const scale = 1 / features.shape[0]!;
  const logProbabilities = tf.logSoftmax(tf.add(tf.matMul(features, weight), bias)); // [N, C]
  const crossEntropy = tf.mul(tf.sum(tf.mul(targets, logProbabilities)), -scale);
  const penalty = tf.mul(tf.mul(l2, 0.5), tf.sum(tf.mul(weight, weight)));
  const error = tf.mul(tf.sub(tf.exp(logProbabilities), targets), scale); // [N, C]
  return {
    value: tf.add(crossEntropy, penalty),
    weight: tf.add(tf.matMul(transposed, error), tf.mul(l2, weight)), // [D, C]
    bias: tf.sum(error, 0, true), // [1, C]
  };
}

/** One compiled objective per engine: an evaluation repeated during training then reuses its graph. */
const objectives = new WeakMap<Engine, Compiled<Inputs, Outputs>>();

export interface FitOptions {
  readonly l2: number;
  /** Largest entry of the gradient at which the fit counts as found; features should have unit variance. */
  readonly tolerance: number;
  /** Where to start, zero when absent. */
  readonly start?: LinearClassifier;
}

/** Training data on the engine. */
export interface SoftmaxRegression {
  fit(options: FitOptions): Promise<LinearClassifier>;
  dispose(): void;
}

export function softmaxRegression(
  engine: Engine,
  features: Features,
  labels: Labels,
  classes: number,
): SoftmaxRegression {
  const objective = objectives.get(engine) ?? engine.compile(softmaxObjective);
  objectives.set(engine, objective);
  const { count, width } = features;
  const oneHot = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) oneHot[i * classes + labels[i]!] = 1;
  const data = {
    features: tf.tensor2d(features.values, [count, width]),
    transposed: tf.tensor2d(transpose(features), [width, count]),
    targets: tf.tensor2d(oneHot, [count, classes]),
  };
  const split = width * classes; // a point is the weight, then the bias

  /** Value and gradient at a point. */
  const evaluate = async (point: Float64Array, l2: number) => {
    const inputs = {
      ...data,
      weight: tf.tensor2d(new Float32Array(point.subarray(0, split)), [width, classes]),
      bias: tf.tensor2d(new Float32Array(point.subarray(split)), [1, classes]),
      l2: tf.scalar(l2),
    };
    const outputs = await objective(inputs);
    const [[value], weight, bias] = await Promise.all([
      outputs.value.data(),
      outputs.weight.data(),
      outputs.bias.data(),
    ]);
    tf.dispose([inputs.weight, inputs.bias, inputs.l2, outputs.value, outputs.weight, outputs.bias]);
    const gradient = new Float64Array(point.length);
    gradient.set(weight);
    gradient.set(bias, split);
    return { value: value!, gradient };
  };

  return {
    async fit({ l2, tolerance, start }) {
      const from = new Float64Array(split + classes);
      if (start) {
        from.set(start.weight);
        from.set(start.bias, split);
      }
      const limits = { tolerance, maxIterations: MAX_ITERATIONS };
      const { point } = await lbfgs((at) => evaluate(at, l2), from, limits);
      return { weight: point.slice(0, split), bias: point.slice(split), classes };
    },
    dispose: () => {
      tf.dispose(data);
    },
  };
}

function transpose({ values, count, width }: Features): Float32Array {
  const transposed = new Float32Array(values.length);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) transposed[i * count + row] = values[row * width + i]!;
  }
  return transposed;
}

/** Class scores before the softmax, [count, classes]. */
export function classScores(classifier: LinearClassifier, features: Features): Float64Array {
  const { weight, bias, classes } = classifier;
  const { values, count, width } = features;
  const scores = new Float64Array(count * classes);
  for (let row = 0; row < count; row++) {
    const target = scores.subarray(row * classes, (row + 1) * classes);
    target.set(bias);
    for (let i = 0; i < width; i++) {
      const value = values[row * width + i]!;
      const start = i * classes;
      for (let c = 0; c < classes; c++) target[c]! += value * weight[start + c]!;
    }
  }
  return scores;
}
