import { normal, seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { subsetAccuracy } from './accuracy.js';

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

describe('linearProbe', () => {
  it('separates what is separable, at any scale of the features', async () => {
    const result = await probe(8);
    expect(result.top1).toBeGreaterThan(99);
    expect(result.top5).toBe(100); // four classes
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
    await expect(linearProbe({ ...ok, trainLabels: [0] })).rejects.toMatchObject({
      code: 'LABELS_MISMATCH',
      examples: 8,
      labels: 1,
    });
    await expect(linearProbe({ ...ok, classes: 1 })).rejects.toMatchObject({
      code: 'LABEL_OUT_OF_RANGE',
      label: 1,
    });
    await expect(linearProbe({ ...ok, train: few, trainLabels: [0, 1, 0] })).rejects.toMatchObject({
      code: 'TOO_FEW_EXAMPLES',
      needed: 5,
    });
  });
});

describe('subsetAccuracy', () => {
  it('counts members only', () => {
    expect(subsetAccuracy([0, 1, 2, 0], [0, 1, 1, 1], [true, false, true, true])).toBeCloseTo(100 / 3, 10);
    expect(subsetAccuracy([0], [0], [false])).toBeNaN();
    expect(() => subsetAccuracy([0], [0], [true, false])).toThrow(/1 members/);
  });
});
