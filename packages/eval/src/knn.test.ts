import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { knn } from './knn.js';

const fixture = new URL('../../../../shared/fixtures/parity/metrics', import.meta.url);

describe('knn', () => {
  it('weighs votes by similarity: one close neighbour outvotes two far ones', () => {
    // Cosines with the query (1, 0): class 0 has 1, class 1 has 0.6 and 0.6; exp(1 / 0.07) > 2 exp(0.6 / 0.07).
    const train = { values: Float32Array.of(2, 0, 3, 4, 3, -4), count: 3, width: 2 };
    const test = { values: Float32Array.of(5, 0), count: 1, width: 2 };
    const base = { train, trainLabels: [0, 1, 1], test, testLabels: [0], classes: 2, k: 3 };
    const sharp = knn(base);
    expect(sharp.top1).toBe(100);
    expect(sharp.scores[0]! / Math.exp(1 / 0.07)).toBeCloseTo(1, 5);
    expect(sharp.scores[1]! / (2 * Math.exp(0.6 / 0.07))).toBeCloseTo(1, 5);
    const flat = knn({ ...base, temperature: 10 });
    expect(flat.predictions[0]).toBe(1);
    expect([...flat.neighbours]).toEqual([0, 1, 2]);
  });

  it('does not count a class without votes among the five', () => {
    const train = { values: Float32Array.of(1, 0, 1, 0.1), count: 2, width: 2 };
    const test = { values: Float32Array.of(1, 0), count: 1, width: 2 };
    const result = knn({ train, trainLabels: [0, 0], test, testLabels: [1], classes: 2, k: 2 });
    expect(result.top5).toBe(0);
  });

  it('refuses wrong input by code', () => {
    const train = { values: Float32Array.of(1, 0), count: 1, width: 2 };
    const ok = { train, trainLabels: [0], test: train, testLabels: [0], classes: 1, k: 1 };
    const codeOf = (change: object) => {
      try {
        knn({ ...ok, ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({})).toBe('none');
    expect(codeOf({ k: 2 })).toBe('TOO_FEW_EXAMPLES');
    expect(codeOf({ trainLabels: [0, 0] })).toBe('LABELS_MISMATCH');
    expect(codeOf({ testLabels: [1] })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ test: { values: Float32Array.of(1), count: 1, width: 1 } })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ test: { values: Float32Array.of(1, Number.NaN), count: 1, width: 2 } })).toBe(
      'NON_FINITE_FEATURE',
    );
  });
});

describe.skipIf(!existsSync(`${fixture.pathname}.safetensors`))('knn beside DINO', () => {
  const load = () => {
    const bytes = readFileSync(`${fixture.pathname}.safetensors`);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, start));
    const raw = (name: string) => {
      const [from, to] = header[`knn/${name}`].data_offsets;
      return bytes.buffer.slice(
        bytes.byteOffset + start + from,
        bytes.byteOffset + start + to,
      ) as ArrayBuffer;
    };
    return {
      floats: (name: string) => new Float32Array(raw(name)),
      ints: (name: string) => new Int32Array(raw(name)),
    };
  };

  it.each([1, 5, 10, 20])('k = %i: neighbours, scores, predictions, percentages', (k) => {
    const { floats, ints } = load();
    const { results } = JSON.parse(readFileSync(`${fixture.pathname}.json`, 'utf8')).knn;
    const expected = results.find((row: { k: number }) => row.k === k);
    const result = knn({
      train: { values: floats('train_features'), count: 300, width: 24 },
      trainLabels: ints('train_labels'),
      test: { values: floats('test_features'), count: 200, width: 24 },
      testLabels: ints('test_labels'),
      classes: 8,
      k,
    });
    expect(result.top1).toBeCloseTo(expected.top1_percent, 10);
    expect(result.top5).toBeCloseTo(expected.top5_percent_counting_only_classes_with_votes, 10);
    expect([...result.predictions]).toEqual([...ints(`k${k}/prediction`)]);
    const scores = floats(`k${k}/scores`);
    for (const [i, score] of scores.entries()) {
      expect(Math.abs(result.scores[i]! - score)).toBeLessThanOrEqual(1e-4 * Math.abs(score));
    }
    const neighbours = ints(`k${k}/neighbours`);
    for (let row = 0; row < 200; row++) {
      const slice = (from: ArrayLike<number>) =>
        Array.from({ length: k }, (_, i) => from[row * k + i]!).sort();
      expect(slice(result.neighbours)).toEqual(slice(neighbours));
    }
  });
});
