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

/** [N, D] features, [N, C] one-hot labels, [D, C] weight, [1, C] bias, scalar strength. */
type Inputs = {
  readonly features: tf.Tensor;
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

/** Largest entry of the gradient at which the fit counts as found; features have unit variance. */
const TOLERANCE = 1e-4;
const MAX_ITERATIONS = 200;

/**
 * Mean cross-entropy of softmax(x weight + bias) plus l2 / 2 times the squared weights, and its gradient in
 * closed form. The bias is not penalised.
 */
export function softmaxObjective({ features, targets, weight, bias, l2 }: Inputs): Outputs {
  const scale = 1 / features.shape[0]!;
  const logProbabilities = tf.logSoftmax(tf.add(tf.matMul(features, weight), bias)); // [N, C]
  const crossEntropy = tf.mul(tf.sum(tf.mul(targets, logProbabilities)), -scale);
  const penalty = tf.mul(tf.mul(l2, 0.5), tf.sum(tf.mul(weight, weight)));
  const error = tf.mul(tf.sub(tf.exp(logProbabilities), targets), scale); // [N, C]
  return {
    value: tf.add(crossEntropy, penalty),
    weight: tf.add(tf.matMul(features, error, true, false), tf.mul(l2, weight)), // [D, C]
    bias: tf.sum(error, 0, true), // [1, C]
  };
}

/** One compiled objective per engine: an evaluation repeated during training then reuses its graph. */
const objectives = new WeakMap<Engine, Compiled<Inputs, Outputs>>();

/**
 * Fits one classifier per strength in `strengths`, in that order, each started from the one before.
 * From strong to weak this is a path on which every fit is near the last.
 */
export async function fitSoftmaxPath(
  engine: Engine,
  features: Features,
  labels: Labels,
  classes: number,
  strengths: readonly number[],
): Promise<LinearClassifier[]> {
  const objective = objectives.get(engine) ?? engine.compile(softmaxObjective);
  objectives.set(engine, objective);
  const { count, width } = features;
  const oneHot = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) oneHot[i * classes + labels[i]!] = 1;
  const data = {
    features: tf.tensor2d(features.values, [count, width]),
    targets: tf.tensor2d(oneHot, [count, classes]),
  };

  const fitted: LinearClassifier[] = [];
  let point = new Float64Array((width + 1) * classes); // weight, then bias
  try {
    for (const strength of strengths) {
      const evaluate = async (at: Float64Array) => {
        const inputs = {
          ...data,
          weight: tf.tensor2d(Float32Array.from(at.subarray(0, width * classes)), [width, classes]),
          bias: tf.tensor2d(Float32Array.from(at.subarray(width * classes)), [1, classes]),
          l2: tf.scalar(strength),
        };
        const outputs = await objective(inputs);
        const [[value], weight, bias] = await Promise.all([
          outputs.value.data(),
          outputs.weight.data(),
          outputs.bias.data(),
        ]);
        tf.dispose([inputs.weight, inputs.bias, inputs.l2, outputs.value, outputs.weight, outputs.bias]);
        const gradient = new Float64Array(at.length);
        gradient.set(weight);
        gradient.set(bias, width * classes);
        return { value: value!, gradient };
      };
      const result = await lbfgs(evaluate, point, { tolerance: TOLERANCE, maxIterations: MAX_ITERATIONS });
      point = new Float64Array(result.point);
      fitted.push({
        weight: point.slice(0, width * classes),
        bias: point.slice(width * classes),
        classes,
      });
    }
  } finally {
    tf.dispose(data);
  }
  return fitted;
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
