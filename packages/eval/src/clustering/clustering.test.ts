import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { intervals, pairedDifferences } from '../bootstrap.js';
import { extractFeatures } from '../extract-features.js';
import { figureOf } from '../outcome.js';
import { tinyEncoder } from '../tiny-encoder.test-support.js';
import { clustering } from './clustering.js';
import { clusteringEvaluator } from './clustering-evaluator.js';
import { vMeasureOf } from './v-measure.js';

const every = (count: number) => Array.from({ length: count }, (_, row) => row);

describe('vMeasureOf', () => {
  it("equals scikit-learn's homogeneity_completeness_v_measure", () => {
    const rows = every(60);
    const labels = rows.map((i) => (i * i + 3 * i) % 5);
    const clusters = rows.map((i) => Math.floor(2.5 + 2.4 * Math.sin(1.7 * i * i + i)));
    const { homogeneity, completeness, vMeasure } = vMeasureOf(labels, clusters, rows);
    expect(homogeneity).toBeCloseTo(0.05815867751166421, 12);
    expect(completeness).toBeCloseTo(0.039920530927523644, 12);
    expect(vMeasure).toBeCloseTo(0.0473438829952998, 12);
  });

  it('equals it where there is one class or one cluster, and where they are the same or independent', () => {
    const of = (labels: number[], clusters: number[]) => {
      const { homogeneity, completeness, vMeasure } = vMeasureOf(labels, clusters, every(4));
      return [homogeneity, completeness, vMeasure];
    };
    expect(of([0, 0, 1, 1], [0, 0, 0, 0])).toEqual([0, 1, 0]);
    expect(of([0, 0, 0, 0], [0, 1, 2, 3])).toEqual([1, 0, 0]);
    expect(of([0, 0, 1, 1], [7, 7, 3, 3])).toEqual([1, 1, 1]);
    expect(of([0, 0, 1, 1], [0, 1, 0, 1])).toEqual([0, 0, 0]);
  });
});

it.each([6, 10, 12, 13, 14])('is not above the whole where classes of %i are cut in two', (count) => {
  const labels = every(count).map((i) => (i * i) % 2);
  const halves = labels.map((label, i) => 2 * label + (i % 3 === 0 ? 1 : 0));
  expect(vMeasureOf(labels, halves, every(count)).homogeneity).toBe(1);
  expect(vMeasureOf(halves, labels, every(count)).completeness).toBe(1);
});

/** Four blobs on a circle that overlap. */
const labels = every(120).map((i) => i % 4);
const blobs = {
  values: Float32Array.from({ length: 240 }, (_, at) => {
    const i = Math.floor(at / 2);
    const angle = (2 * Math.PI * (i % 4)) / 4;
    return at % 2 === 0
      ? 1.6 * Math.cos(angle) + 1.3 * Math.sin(5.1 * i * i + i)
      : 1.6 * Math.sin(angle) + 1.3 * Math.sin(3.3 * i * i + 2 * i);
  }),
  count: 120,
  width: 2,
};

describe('clustering', () => {
  it("finds scikit-learn's clusters, the best of 50 starts of KMeans", () => {
    const options = { features: blobs, labels, starts: 50, seed: 0 };
    const four = clustering(options);
    expect(four.inertia).toBeCloseTo(134.20962524414062, 2);
    expect(four.homogeneity).toBeCloseTo(45.37758912981127, 6);
    expect(four.completeness).toBeCloseTo(45.83175581681979, 6);
    expect(four.vMeasure).toBeCloseTo(45.6035417373163, 6);
    const three = clustering({ ...options, clusters: 3 });
    expect(three.inertia).toBeCloseTo(178.0752410888672, 2);
    expect(three.vMeasure).toBeCloseTo(43.71606737623603, 6);
    expect(Math.max(...three.assignments)).toBe(2);
    expect(clustering(options)).toEqual(four);
  });

  it('has no intervals: copies of examples agree with each other, so that draws lie above the figure', () => {
    const random = seededRandom('noise');
    const noise = { values: Float32Array.from({ length: 1000 }, () => random()), count: 200, width: 5 };
    const { outcome, vMeasure } = clustering({
      features: noise,
      labels: every(200).map((i) => i % 8),
      seed: 0,
    });
    const drawn = every(100).map(() =>
      figureOf(
        outcome.figures.vMeasure!,
        every(200).map(() => Math.floor(200 * random())),
      ),
    );
    expect(drawn.filter((value) => value <= vMeasure).length).toBeLessThan(5);
    for (const refused of [() => intervals(outcome), () => pairedDifferences(outcome, outcome)])
      expect(refused).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', received: '"vMeasure"' }));
  });

  it('says what is wrong by code', () => {
    const codeOf = (change: object) => {
      try {
        clustering({ features: blobs, labels, seed: 0, ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({ labels: [0] })).toBe('LABELS_MISMATCH');
    expect(codeOf({ labels: labels.map((label) => label - 1) })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ labels: labels.map((label) => label + 2 ** 52) })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ clusters: 0 })).toBe('OPTION_INVALID');
    expect(codeOf({ features: { ...blobs, values: blobs.values.map(() => Number.NaN) } })).toBe(
      'NON_FINITE_FEATURE',
    );
  });
});

it('clusteringEvaluator clusters the features of clips', async () => {
  const engine = await cpuEngine();
  const model = tinyEncoder();
  const random = seededRandom('clusters of clips');
  const params = model.init(random);
  const clips = every(12).map((i) => new Uint8Array(96).fill(40 + 80 * (i % 3) + Math.floor(4 * random())));
  const test = { clips, labels: every(12).map((i) => i % 3) };
  const parts = { engine, model, batchSize: 4 };
  const evaluator = clusteringEvaluator({ ...parts, test, probe: { seed: 1 } });
  const features = await extractFeatures({ ...parts, params, clips });
  const { vMeasure, homogeneity, completeness } = clustering({ features, labels: test.labels, seed: 1 });
  const told = await evaluator.evaluate(params);
  expect(told).toEqual({ vMeasure, homogeneity, completeness });
  const asked = { ...parts, test, probe: { seed: 1 }, intervals: true };
  expect(() => clusteringEvaluator(asked as never)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
  expect(vMeasure).toBeGreaterThan(50); // the brightness tells the class
});
