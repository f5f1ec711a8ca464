import * as tf from '@tensorflow/tfjs';
import { normal, seededRandom } from '@tgm/random';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';

import { hitAmong } from './accuracy.js';
import type { Features } from './features.js';
import { lbfgs } from './lbfgs.js';
import { classScores, type LinearClassifier } from './linear-classifier.js';
import { softmaxObjective } from './softmax-objective.js';
import { type FittedPoint, softmaxRegression } from './softmax-regression.js';

const engine = await cpuEngine();

describe('lbfgs', () => {
  it('finds the minimum of an ill-conditioned quadratic', async () => {
    const scales = [1, 10, 100, 1000];
    const target = [3, -2, 1, 0.5];
    const result = await lbfgs(
      async (point) => ({
        value: scales.reduce((sum, s, i) => sum + 0.5 * s * (point[i]! - target[i]!) ** 2, 0),
        gradient: Float64Array.from(scales, (s, i) => s * (point[i]! - target[i]!)),
      }),
      new Float64Array(4),
      { tolerance: 1e-9, maxIterations: 100 },
    );
    expect(result.converged).toBe(true);
    target.forEach((x, i) => {
      expect(result.point[i]).toBeCloseTo(x, 8);
    });
    expect(result.iterations).toBeLessThan(40);
  });

  it('says so when it stops early', async () => {
    const result = await lbfgs(
      async (point) => ({ value: point[0]! ** 4, gradient: Float64Array.of(4 * point[0]! ** 3) }),
      Float64Array.of(10),
      { tolerance: 1e-12, maxIterations: 3 },
    );
    expect(result.converged).toBe(false);
    expect(result.iterations).toBe(3);
  });
});

describe('softmaxObjective', () => {
  it('has the gradient of a finite difference', () => {
    const random = seededRandom('gradient');
    const fill = (shape: [number, number]) =>
      tf.tensor2d(
        Float32Array.from({ length: shape[0] * shape[1] }, () => random() - 0.5),
        shape,
      );
    const features = fill([6, 4]);
    const inputs = {
      features,
      transposed: features.transpose(),
      targets: tf.oneHot(tf.tensor1d([0, 1, 2, 2, 1, 0], 'int32'), 3).toFloat(),
      weight: fill([4, 3]),
      bias: fill([1, 3]),
      shares: tf.tensor2d([0.5, 0, 0.1, 0.2, 0.1, 0.1], [6, 1]),
    };
    const outputs = softmaxObjective(inputs);
    const step = 1e-2; // central differences of a float32 value
    for (const name of ['weight', 'bias'] as const) {
      const at = inputs[name].dataSync();
      const gradient = outputs[name].dataSync();
      for (let i = 0; i < at.length; i++) {
        const valueAt = (shift: number) => {
          const moved = Float32Array.from(at);
          moved[i]! += shift;
          const changed = { ...inputs, [name]: tf.tensor(moved, inputs[name].shape) };
          return softmaxObjective(changed).losses.sum().dataSync()[0]!;
        };
        expect((valueAt(step) - valueAt(-step)) / (2 * step)).toBeCloseTo(gradient[i]!, 3);
      }
    }
  });
});

/** Fits along `strengths`, each from the one before. */
async function fitAll(features: Features, labels: number[], strengths: number[], seen = labels.length) {
  const regression = await softmaxRegression(engine, features, labels, Math.max(...labels) + 1);
  const fits: LinearClassifier[] = [];
  let start: FittedPoint | undefined;
  for (const l2 of strengths) {
    const leavesOut = (row: number) => row >= seen;
    start = await regression.fit({ l2, tolerance: 1e-5, leavesOut, ...(start && { start }) });
    fits.push(regression.classifier(start));
  }
  regression.dispose();
  return fits;
}

/** Largest entry of the gradient of the penalised loss, in double precision and straight from its definition. */
function slopeOf(fit: LinearClassifier, { values, count, width }: Features, labels: number[], l2: number) {
  const { weight, bias, classes } = fit;
  const slope = weight.map((value) => l2 * value);
  for (let row = 0; row < count; row++) {
    const x = values.subarray(row * width, (row + 1) * width);
    const exponentials = Array.from(bias, (start, c) =>
      Math.exp(x.reduce((sum, value, i) => sum + value * weight[i * classes + c]!, start)),
    );
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    for (const [c, value] of exponentials.entries()) {
      const error = (value / total - (labels[row] === c ? 1 : 0)) / count;
      for (let i = 0; i < width; i++) slope[i * classes + c]! += x[i]! * error;
    }
  }
  return Math.max(...slope.map(Math.abs));
}

describe('softmaxRegression', () => {
  it('meets the solution of a problem solved by hand', async () => {
    // x = +1 twice in class 1 and once in class 0, x = -1 the mirror image. By symmetry the bias vanishes and
    // the weights are (-w, w): sigmoid(2 w) = 2/3 - l2 w, because d/dw = 2 (sigmoid(2 w) - 2/3) + 2 l2 w = 0.
    const features = { values: Float32Array.of(1, 1, 1, -1, -1, -1), count: 6, width: 1 };
    const [weak, strong] = await fitAll(features, [1, 1, 0, 0, 0, 1], [1e-6, 0.5]);
    expect(weak!.weight[1]).toBeCloseTo(Math.log(2) / 2, 3);
    expect(weak!.weight[0]).toBeCloseTo(-Math.log(2) / 2, 3);
    expect(weak!.bias[0]! - weak!.bias[1]!).toBeCloseTo(0, 3);
    const w = strong!.weight[1]!;
    expect(1 / (1 + Math.exp(-2 * w))).toBeCloseTo(2 / 3 - 0.5 * w, 3);
  });

  it('leaves the bias out of the penalty', async () => {
    // Nothing to read from x = 0; the class frequencies 3 : 1 must come from the bias alone, at any strength.
    const features = { values: new Float32Array(4), count: 4, width: 1 };
    const [fit] = await fitAll(features, [0, 0, 0, 1], [100]);
    const scores = classScores(fit!, features.values, features.count);
    expect(scores[0]! - scores[1]!).toBeCloseTo(Math.log(3), 3);
  });

  it('finds the minimum along directions of very little variance', async () => {
    // Columns that go along with one another but for a thousandth, and classes that only this thousandth tells apart.
    const random = seededRandom('correlated');
    const [count, width] = [300, 6];
    const labels = Array.from({ length: count }, (_, i) => i % 3);
    const values = new Float32Array(count * width);
    for (let row = 0; row < count; row++) {
      const common = normal(random);
      for (let i = 0; i < width; i++)
        values[row * width + i] = common + 1e-3 * (normal(random) + (labels[row] === i ? 1 : 0));
    }
    const features = { values, count, width };
    const strengths = [1e-2, 1e-4, 1e-6, 1e-7];
    const fits = await fitAll(features, labels, strengths);
    // A weight of 1000 has to be found where the features differ by a thousandth. Gradients are summed in single precision.
    for (const [at, l2] of strengths.entries())
      expect(slopeOf(fits[at]!, features, labels, l2)).toBeLessThan(1e-5);
    const scores = classScores(fits[3]!, values, count);
    const right = labels.filter((label, row) => hitAmong(1, scores, row, 3, label) === 1);
    expect(right.length).toBeGreaterThan(150);
  });

  it('fits as if rows that are left out were not there', async () => {
    const features = { values: Float32Array.of(1, 1, 1, -1, -1, -1, 5, -7), count: 8, width: 1 };
    const [fit] = await fitAll(features, [1, 1, 0, 0, 0, 1, 0, 1], [0.5], 6);
    const w = fit!.weight[1]!;
    expect(1 / (1 + Math.exp(-2 * w))).toBeCloseTo(2 / 3 - 0.5 * w, 3);
  });

  it('leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    await fitAll({ values: Float32Array.of(1, 2, -1, 0), count: 4, width: 1 }, [0, 1, 0, 1], [0.1]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([0, 1, 2, 3, 4])('leaves no tensors behind when the engine fails after %i calls', async (calls) => {
    let left = calls;
    const failing: Engine = {
      ...engine,
      compile: (...given: Parameters<Engine['compile']>) => {
        const run = engine.compile(...given);
        return (input: never) => (left-- > 0 ? run(input) : Promise.reject(new Error('out of memory')));
      },
    } as Engine;
    const before = tf.memory().numTensors;
    const features = { values: Float32Array.of(1, 2, -1, 0), count: 4, width: 1 };
    const fitting = (async () => {
      const regression = await softmaxRegression(failing, features, [0, 1, 0, 1], 2);
      try {
        if (calls === 4) await regression.scores(new Float64Array(4));
        await regression.fit({ l2: 0.1, tolerance: 1e-6 });
      } finally {
        regression.dispose();
      }
    })();
    await expect(fitting).rejects.toThrow('out of memory');
    expect(tf.memory().numTensors).toBe(before);
  });
});
