import * as tf from '@tensorflow/tfjs';
import type { Compiled, Engine } from '@tgm/tfjs-backend-onnx';
import { alongAxes, type MatrixProduct } from './along-axes.js';
import type { Features, Labels } from './features.js';
import { lbfgs } from './lbfgs.js';
import type { LinearClassifier } from './linear-classifier.js';
import { type ObjectiveInputs, type ObjectiveOutputs, softmaxObjective } from './softmax-objective.js';

/** What a fit found: [D, C] weights along the principal axes of the features, then [C] biases. A start for other fits. */
export type FittedPoint = Float64Array;

export interface FitOptions {
  /** Above 0. The loss is the mean cross-entropy + l2 / 2 times the squared weights; the bias is not penalised. */
  readonly l2: number;
  /**
   * The fit counts as found where no entry of the gradient is larger, measured along axes on which the curvature of the
   * loss is about 1.
   */
  readonly tolerance: number;
  /** Rows that the fit does not see. */
  readonly leavesOut?: (row: number) => boolean;
  /** Zero when absent. */
  readonly start?: FittedPoint;
}

/** Logistic regression on one set of features, kept on the engine. */
export interface SoftmaxRegression {
  fit(options: FitOptions): Promise<FittedPoint>;
  /** [N, C] scores of all rows, before the softmax. */
  scores(point: FittedPoint): Promise<Float64Array>;
  /** The classifier of the features as they were given. */
  classifier(point: FittedPoint): LinearClassifier;
  dispose(): void;
}

/** Fits longer than this are as good as found: accuracies stand still well before. */
const MAX_ITERATIONS = 200;

interface Functions {
  readonly objective: Compiled<ObjectiveInputs, ObjectiveOutputs>;
  readonly multiply: MatrixProduct;
}

/** Compiled once for each engine: an evaluation repeated during training then reuses its graphs. */
const functions = new WeakMap<Engine, Functions>();

function functionsOf(engine: Engine): Functions {
  const known = functions.get(engine) ?? {
    objective: engine.compile(softmaxObjective),
    multiply: engine.compile(({ left, right }: { left: tf.Tensor; right: tf.Tensor }) =>
      tf.matMul(left, right),
    ),
  };
  functions.set(engine, known);
  return known;
}

/**
 * Logistic regression on standardised features.
 *
 * An encoder's features go along with each other, so that the loss is steep in some directions and nearly flat in others:
 * plain L-BFGS takes thousands of steps. The search therefore runs along the principal axes of the features, which leaves the
 * penalty as it is, and measures each axis by the curvature of the loss at zero, variance / C + l2. Tens of steps are then
 * enough.
 */
export async function softmaxRegression(
  engine: Engine,
  given: Features,
  labels: Labels,
  classes: number,
): Promise<SoftmaxRegression> {
  const { objective, multiply } = functionsOf(engine);
  const { count, width } = given;
  const { axes, variances, features, transposed } = await alongAxes(multiply, given);
  const targets = tf.tensor2d(oneHot(labels, classes), [count, classes]);
  const split = width * classes;
  const weightOf = (point: Float64Array) =>
    tf.tensor2d(Float32Array.from(point.subarray(0, split)), [width, classes]);

  return {
    async fit({ l2, tolerance, leavesOut = () => false, start }) {
      const shares = tf.tensor2d(sharesOf(count, leavesOut), [count, 1]);
      const units = unitsOf(variances, classes, l2);
      /** Loss and gradient at a point that is measured in units. */
      const evaluate = async (measured: Float64Array) => {
        const point = measured.map((value, i) => value * units[i]!);
        const weight = weightOf(point);
        const bias = tf.tensor2d(Float32Array.from(point.subarray(split)), [1, classes]);
        const outputs = await objective({ features, transposed, targets, shares, weight, bias }).finally(() =>
          tf.dispose([weight, bias]),
        );
        const [losses, ofWeight, ofBias] = await Promise.all([
          outputs.losses.data(),
          outputs.weight.data(),
          outputs.bias.data(),
        ]).finally(() => tf.dispose([outputs.losses, outputs.weight, outputs.bias]));
        let value = 0;
        for (const loss of losses) value += loss;
        const gradient = new Float64Array(point.length);
        for (let i = 0; i < split; i++) {
          value += (l2 / 2) * point[i]! ** 2;
          gradient[i] = (ofWeight[i]! + l2 * point[i]!) * units[i]!;
        }
        for (let c = 0; c < classes; c++) gradient[split + c] = ofBias[c]! * units[split + c]!;
        return { value, gradient };
      };
      const from = start?.map((value, i) => value / units[i]!) ?? new Float64Array(units.length);
      try {
        const { point } = await lbfgs(evaluate, from, { tolerance, maxIterations: MAX_ITERATIONS });
        return point.map((value, i) => value * units[i]!);
      } finally {
        shares.dispose();
      }
    },
    async scores(point) {
      const weight = weightOf(point);
      const product = await multiply({ left: features, right: weight }).finally(() => weight.dispose());
      const values = await product.data().finally(() => product.dispose());
      return Float64Array.from(values, (value, i) => value + point[split + (i % classes)]!);
    },
    classifier: (point) => ({
      weight: turnedBack(axes, point.subarray(0, split), width, classes),
      bias: point.slice(split),
      classes,
    }),
    dispose: () => {
      tf.dispose([features, transposed, targets]);
    },
  };
}

/** [N, C] */
function oneHot(labels: Labels, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) targets[row * classes + labels[row]!] = 1;
  return targets;
}

/** [N, 1] the same share for each row that counts, so that they sum to 1. */
function sharesOf(count: number, leavesOut: (row: number) => boolean): Float32Array {
  const counts = Float32Array.from({ length: count }, (_, row) => (leavesOut(row) ? 0 : 1));
  const share = 1 / counts.reduce((sum, one) => sum + one, 0);
  return counts.map((one) => one * share);
}

/** [D * C + C] 1 / root of the curvature of the loss at zero for each weight and bias. */
function unitsOf(variances: Float64Array, classes: number, l2: number): Float64Array {
  const units = new Float64Array((variances.length + 1) * classes);
  for (const [axis, variance] of variances.entries()) {
    units.fill(1 / Math.sqrt(variance / classes + l2), axis * classes, (axis + 1) * classes);
  }
  return units.fill(Math.sqrt(classes), variances.length * classes);
}

/** Weights [D, C] along the axes as weights of the columns that the axes were made of. */
function turnedBack(axes: Float64Array, weight: Float64Array, width: number, classes: number): Float64Array {
  const turned = new Float64Array(width * classes);
  for (let axis = 0; axis < width; axis++) {
    for (let column = 0; column < width; column++) {
      const share = axes[axis * width + column]!;
      for (let c = 0; c < classes; c++) turned[column * classes + c]! += share * weight[axis * classes + c]!;
    }
  }
  return turned;
}
