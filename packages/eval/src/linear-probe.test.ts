import { normal, seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { linearProbe } from './linear-probe.js';

const engine = await cpuEngine();

/** `distance` apart along their own axis, unit noise, and one axis of huge scale that says nothing. */
function clusters(key: string, count: number, classes: number, distance: number) {
  const random = seededRandom(key);
  const width = classes + 1;
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const values = Float32Array.from({ length: count * width }, (_, i) => {
    const column = i % width;
    if (column === classes) return 1e4 * normal(random) + 5e4;
    return normal(random) + (column === labels[Math.floor(i / width)] ? distance : 0);
  });
  return { features: { values, count, width }, labels };
}

/** Columns that go along with one another but for a small part; in four of them this part tells the classes. */
function entangled(key: string, count: number, part = 1e-2, width = 20) {
  const random = seededRandom(key);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  const values = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const common = normal(random);
    for (let i = 0; i < width; i++)
      values[row * width + i] = common + part * (normal(random) + (labels[row] === i ? 2 : 0));
  }
  return { features: { values, count, width }, labels };
}

function probe(distance: number) {
  const train = clusters('train', 400, 4, distance);
  const test = clusters('test', 400, 4, distance);
  return linearProbe({
    engine,
    train: train.features,
    trainLabels: train.labels,
    test: test.features,
    testLabels: test.labels,
    classes: 4,
    seed: 1,
  });
}

/**
 * scikit-learn 1.9.1: `LogisticRegression(C=1 / (90 * 0.03), tol=1e-10)` on features brought to mean 0 and deviation 1 of the training
 * set; `decision_function` of the test set, less its mean over the classes.
 */
const SCIKIT_LEARN = [
  1.72642, -1.06085, -0.66557, -0.21168, -0.84507, 1.05675, 1.95879, -1.21447, -0.74432, 1.71725, -1.05514,
  -0.66211, -0.32921, 1.18112, -0.85191, 1.70448, -1.04799, -0.65649, 1.81924, -1.12123, -0.69801, -0.05339,
  -0.95428, 1.00767, 1.77756, -1.10062, -0.67694, 2.12852, -1.33071, -0.7978, -0.20586, 1.09628, -0.89042,
  1.78164, -1.10344, -0.6782,
];

it('says what scikit-learn says of the strength that it has chosen', async () => {
  const label = (i: number) => ((i * i + i) % 3 === 0 ? 0 : (i % 2) + 1);
  const made = (from: number, count: number) => {
    const values = Float32Array.from({ length: 4 * count }, (_, at) => {
      const [i, j] = [from + Math.floor(at / 4), at % 4];
      return (j + 1) * (Math.sin(1.7 * i * i + 0.9 * j + i) + (label(i) === j ? 0.8 : 0));
    });
    return { values, count, width: 4 };
  };
  const labels = (from: number, count: number) => Array.from({ length: count }, (_, i) => label(from + i));
  const { l2, scores } = await linearProbe({
    ...{ engine, classes: 3, seed: 0 },
    ...{ train: made(0, 90), trainLabels: labels(0, 90), test: made(90, 12), testLabels: labels(90, 12) },
  });
  expect(l2).toBe(0.03);
  for (const [at, expected] of SCIKIT_LEARN.entries()) {
    const row = scores.subarray(3 * Math.floor(at / 3), 3 * Math.floor(at / 3) + 3);
    const mean = (row[0]! + row[1]! + row[2]!) / 3;
    expect(Math.abs(scores[at]! - mean - expected)).toBeLessThan(3e-3); // the gradient is below 1e-4
  }
});

describe('linearProbe', () => {
  it('separates what is separable, at any scale of the features', async () => {
    const result = await probe(8);
    expect(result.top1).toBeGreaterThan(99);
    expect(result.top5).toBe(100); // four classes
    expect(result.l2AtEdge).toBe(false);
  });

  it('stays near chance where nothing can be read, with a strong penalty', async () => {
    const result = await probe(0);
    expect(Math.abs(result.top1 - 25)).toBeLessThan(7); // three standard errors of 25 % in 400
    expect(result.l2).toBeGreaterThan(0.001);
  });

  it('comes near the best possible where classes overlap', async () => {
    // Bayes: the right one of four unit normals is the largest by its lead of 1.5.
    const random = seededRandom('bayes');
    let best = 0;
    for (let i = 0; i < 20000; i++) {
      const right = normal(random) + 1.5;
      if (right > Math.max(normal(random), normal(random), normal(random))) best += 100 / 20000;
    }
    const result = await probe(1.5);
    expect(result.top1).toBeGreaterThan(best - 7);
    expect(result.top1).toBeLessThan(best + 7);
  });

  it('chooses a weak strength where it is best, whatever the seed of the folds', async () => {
    const [train, test] = [entangled('train', 300), entangled('test', 400)];
    const found: number[] = [];
    for (let seed = 0; seed < 4; seed++) {
      const result = await linearProbe({
        engine,
        train: train.features,
        trainLabels: train.labels,
        test: test.features,
        testLabels: test.labels,
        classes: 4,
        seed,
      });
      found.push(result.top1);
      expect(result.l2).toBeLessThan(2e-4);
      expect(result.l2AtEdge).toBe(false);
      expect(result.validation.map(({ l2 }) => l2)).toEqual([
        10, 3, 1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8,
        1e-8,
      ]);
      const best = Math.max(...result.validation.map(({ top1 }) => top1));
      expect(result.validation.find(({ l2 }) => l2 === result.l2)!.top1).toBe(best);
    }
    expect(Math.min(...found)).toBeGreaterThan(60);
    expect(Math.max(...found) - Math.min(...found)).toBeLessThan(2);
  }, 60_000);

  it('says where an end of the grid is best', async () => {
    const train = entangled('train', 200, 1e-5);
    const options = { engine, train: train.features, trainLabels: train.labels, classes: 4, seed: 0 };
    const result = await linearProbe({ ...options, test: train.features, testLabels: train.labels });
    expect(result.l2).toBe(1e-8);
    expect(result.l2AtEdge).toBe(true);
  });

  it('gives constant features what chance gives, and takes no weight from constant columns', async () => {
    const labels = Int32Array.from({ length: 40 }, (_, i) => i % 4);
    const constant = { values: new Float32Array(80).fill(16777.215), count: 40, width: 2 };
    const options = { engine, classes: 4, seed: 0, trainLabels: labels, testLabels: labels };
    const alone = await linearProbe({ ...options, train: constant, test: constant });
    expect(alone.top1).toBeCloseTo(25, 10);

    // The first column tells the class but for noise; the second is constant in training and huge in the test.
    const random = seededRandom('constant column');
    const withColumn = (filled: (row: number) => number) => ({
      values: Float32Array.from({ length: 80 }, (_, at) =>
        at % 2 === 0 ? labels[at / 2]! + 0.01 * random() : filled((at - 1) / 2),
      ),
      count: 40,
      width: 2,
    });
    const train = withColumn(() => -1e5);
    const test = withColumn((row) => (row % 2 ? 3e38 : -3e38));
    expect((await linearProbe({ ...options, train, test })).top1).toBe(100);
  });

  it('takes classes without an example, in training or in the test', async () => {
    const train = clusters('train', 120, 3, 6);
    const few = clusters('test', 60, 3, 6);
    const options = { engine, classes: 9, seed: 0, train: train.features, trainLabels: train.labels };
    const result = await linearProbe({ ...options, test: few.features, testLabels: few.labels });
    expect(result.top1).toBeGreaterThan(95);
    expect(result.predictions.every((label) => label < 3)).toBe(true);
    const unknown = new Int32Array(60).fill(8);
    expect((await linearProbe({ ...options, test: few.features, testLabels: unknown })).top1).toBe(0);
  });

  it('stays finite for features of any size', async () => {
    const { features, labels } = clusters('size', 60, 2, 4);
    const options = { engine, classes: 2, seed: 0, trainLabels: labels, testLabels: labels };
    const plain = await linearProbe({ ...options, train: features, test: features });
    for (const size of [1e-30, 1e30]) {
      const sized = { ...features, values: features.values.map((value) => value * size) };
      const { top1, predictions } = await linearProbe({ ...options, train: sized, test: sized });
      expect(top1).toBe(plain.top1);
      expect(predictions).toEqual(plain.predictions);
    }
    // A column that hardly varies in training and lies far off in the test: the scores are huge, and still numbers.
    const tiny = { ...features, values: features.values.map((value) => value * 1e-30) };
    const far = { ...features, values: features.values.map((value) => Math.sign(value) * 3e38) };
    const { top1, top5 } = await linearProbe({ ...options, train: tiny, test: far });
    expect(top1).toBeLessThan(100);
    expect(top5).toBe(100);
  });

  it('gives the same numbers twice', async () => {
    const [a, b] = [await probe(1), await probe(1)];
    expect(a).toEqual(b);
  });

  it('refuses wrong input by code', async () => {
    const { features, labels } = clusters('x', 8, 2, 1);
    const ok = {
      engine,
      train: features,
      trainLabels: labels,
      test: features,
      testLabels: labels,
      classes: 2,
      seed: 0,
    };
    const few = { values: features.values.slice(0, 3 * 3), count: 3, width: 3 };
    const codeOf = (change: object) =>
      linearProbe({ ...ok, ...change }).then(
        () => 'none',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await codeOf({ trainLabels: [0] })).toBe('LABELS_MISMATCH');
    expect(await codeOf({ classes: 1 })).toBe('LABEL_OUT_OF_RANGE');
    expect(await codeOf({ train: few, trainLabels: [0, 1, 0] })).toBe('TOO_FEW_EXAMPLES');
    expect(await codeOf({ train: few, trainLabels: [0, 1, 0], folds: 3 })).toBe('none');
    expect(await codeOf({ train: { ...features, width: 2 } })).toBe('SHAPE_MISMATCH');
    for (const wrong of [
      { folds: 1 },
      { seed: undefined },
      { seed: 'a' },
      { engine: {} },
      { classes: 2.5 },
      { strengths: [1] },
    ]) {
      expect(await codeOf(wrong)).toBe('OPTION_INVALID');
    }
  });
});
