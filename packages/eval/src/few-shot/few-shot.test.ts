import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { mtebResult } from '../mteb/mteb-result.js';
import { f1Of } from './f1.js';
import { fewShot } from './few-shot.js';

const engine = await cpuEngine();
const [classes, width] = [5, 6];

function made(count: number, offset: number) {
  const labels = Array.from({ length: count }, (_, i) => (i + offset) % classes);
  const values = Float32Array.from({ length: count * width }, (_, at) => {
    const [i, d] = [Math.floor(at / width), at % width];
    return Math.sin(0.9 * labels[i]! * (d + 1) + d) + 1.1 * Math.sin(1.7 * (i + offset) ** 2 + 2.3 * d);
  });
  return { features: { values, count, width }, labels };
}
const test = made(40, 1001);
const dataOf = (train: ReturnType<typeof made>) => ({
  engine,
  train: train.features,
  trainLabels: train.labels,
  test: test.features,
  testLabels: test.labels,
  classes,
  seed: 0,
});

describe('fewShot', () => {
  /** scikit-learn 1.9.1: `LogisticRegression(max_iter=1000, tol=1e-10)`, `accuracy_score`, `f1_score`. */
  it('equals scikit-learn where each class has just as many examples as are drawn', async () => {
    const result = await fewShot({ ...dataOf(made(8 * classes, 0)), draws: 2 });
    for (const draw of result.draws) {
      expect([...draw.predictions]).toEqual([
        1, 2, 3, 3, 0, 1, 2, 3, 4, 0, 2, 2, 3, 3, 0, 1, 2, 3, 4, 0, 2, 2, 3, 4, 0, 2, 2, 3, 4, 0, 1, 2, 3, 4,
        0, 1, 2, 3, 4, 0,
      ]);
    }
    expect(result.top1).toBeCloseTo(87.5, 10);
    const json = mtebResult({ result, taskName: 'Made', datasetRevision: 'abc', seconds: 2 });
    const [scores] = json.scores.test!;
    expect(scores!.accuracy).toBeCloseTo(0.875, 10);
    expect(scores!.main_score).toBe(scores!.accuracy);
    expect(scores!.f1).toBeCloseTo(0.871473555684082, 10);
    expect(scores!.f1_weighted).toBeCloseTo(0.871473555684082, 10);
    expect(scores!.scores_per_experiment).toHaveLength(2);
    expect(JSON.parse(JSON.stringify(json))).toMatchObject({
      dataset_revision: 'abc',
      task_name: 'Made',
      mteb_version: null,
      evaluation_time: 2,
      kg_co2_emissions: null,
      scores: { test: [{ hf_subset: 'default', languages: ['eng-Latn'] }] },
    });
  }, 60_000);

  it('draws others each time, and tells the mean over the draws of each test example', async () => {
    const data = dataOf(made(200, 0));
    const result = await fewShot({ ...data, shots: 2, draws: 4 });
    expect(result.draws).toHaveLength(4);
    expect(new Set(result.draws.map(({ predictions }) => predictions.join())).size).toBeGreaterThan(1);
    const means = test.labels.map(
      (label, row) => result.draws.filter(({ predictions }) => predictions[row] === label).length * 25,
    );
    expect([...result.outcome.figures.top1!.values]).toEqual(means);
    expect(result.top1).toBeCloseTo(means.reduce((sum, value) => sum + value, 0) / means.length, 10);
    expect(await fewShot({ ...data, shots: 2, draws: 4 })).toEqual(result);
    expect(await fewShot({ ...data, shots: 2, draws: 4, seed: 1 })).not.toEqual(result);
  }, 60_000);

  it('never answers with a class that it saw no example of', async () => {
    const train = made(20, 0);
    const labels = train.labels.map((label) => (label === 4 ? 0 : label));
    const { draws } = await fewShot({ ...dataOf({ ...train, labels }), draws: 1 });
    expect(draws[0]!.perClass[4]).toBe(0);
    expect(draws[0]!.predictions.includes(4)).toBe(false);
  });

  it('refuses wrong input by code', async () => {
    const data = dataOf(made(20, 0));
    const codeOf = (change: object) =>
      fewShot({ ...data, draws: 1, ...change }).then(
        () => 'none',
        (error: { code: string }) => error.code,
      );
    expect(await codeOf({})).toBe('none');
    const far = { ...data.train, values: data.train.values.map((value) => 1e30 * value) };
    expect(await codeOf({ train: far, test: far, testLabels: data.trainLabels })).toBe('NON_FINITE_LOGIT'); // and not 0 % right
    expect(await codeOf({ shots: 0 })).toBe('OPTION_INVALID');
    expect(await codeOf({ trainLabels: [0] })).toBe('LABELS_MISMATCH');
    expect(await codeOf({ classes: 3 })).toBe('LABEL_OUT_OF_RANGE');
  });
});

describe('f1Of', () => {
  it('counts by hand, and leaves out classes that are nowhere', () => {
    // Class 0: 3 of 4 right, 1 of class 1 taken for it; class 1: 1 of 2 right. F1: 6 / 8 and 2 / 4; class 2 is nowhere.
    const { macro, weighted } = f1Of(Uint32Array.of(3, 1, 0, 1, 1, 0, 0, 0, 0));
    expect(macro).toBeCloseTo((0.75 + 0.5) / 2, 12);
    expect(weighted).toBeCloseTo((4 * 0.75 + 2 * 0.5) / 6, 12);
  });
});
