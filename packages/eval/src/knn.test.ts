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
    const [one, two] = [Math.exp(1 / 0.07), 2 * Math.exp(0.6 / 0.07)];
    expect(sharp.scores[0]).toBeCloseTo(one / (one + two), 5);
    expect(sharp.scores[1]).toBeCloseTo(two / (one + two), 5);
    const flat = knn({ ...base, temperature: 10 });
    expect(flat.predictions[0]).toBe(1);
    expect([...flat.neighbours]).toEqual([0, 1, 2]);
  });

  it('goes to the nearest neighbour alone as the temperature falls, without leaving the range of doubles', () => {
    // Cosines with the query: -0.8, -0.6, -1 and -0.6; exp(1 / 0.001) would be infinite, exp(-0.6 / 0.0005) zero.
    const train = { values: Float32Array.of(-4, 3, -3, 4, -1, 0, -3, -4), count: 4, width: 2 };
    const test = { values: Float32Array.of(1, 0, -1, 0), count: 2, width: 2 };
    const base = { train, trainLabels: [0, 1, 2, 1], test, testLabels: [1, 2], classes: 3, k: 4 };
    for (const temperature of [1e-2, 1e-3, 1e-5, 1e-300, Number.MIN_VALUE]) {
      const { top1, scores, predictions } = knn({ ...base, temperature });
      expect(scores.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(scores[1]).toBeCloseTo(1, 6);
      expect(scores[5]).toBeCloseTo(1, 6);
      expect([...predictions]).toEqual([1, 2]);
      expect(top1).toBe(100);
    }
  });

  it('gives constant features what chance gives, in any order of the training set', () => {
    const constant = (count: number) => ({ values: new Float32Array(count * 3).fill(0.7), count, width: 3 });
    const sorted = Array.from({ length: 60 }, (_, i) => Math.floor(i / 10)); // six classes of ten
    for (const trainLabels of [sorted, sorted.toReversed(), sorted.map((label) => (label * 5 + 1) % 6)]) {
      for (const testLabels of [
        [0, 0, 0],
        [5, 5, 5],
      ]) {
        const options = { train: constant(60), trainLabels, test: constant(3), testLabels, classes: 6, k: 7 };
        const { top1, top5, scores } = knn(options);
        expect(top1).toBeCloseTo(100 / 6, 10);
        expect(top5).toBeCloseTo(500 / 6, 10);
        for (const share of scores) expect(share).toBeCloseTo(1 / 6, 10);
      }
    }
    // Zeros have no direction: all cosines are 0. A class of half the examples then wins.
    const zeros = { values: new Float32Array(8), count: 4, width: 2 };
    const result = knn({
      train: zeros,
      trainLabels: [2, 1, 1, 0],
      test: zeros,
      testLabels: [1, 1, 1, 0],
      classes: 3,
      k: 1,
    });
    expect([...result.scores.subarray(0, 3)]).toEqual([0.25, 0.5, 0.25]);
    expect(result.top1).toBe(75);
  });

  it('lets examples that are equally far share the last votes (by hand)', () => {
    // The query's own copy, then three equally far examples for two votes: two thirds of a vote each.
    const train = { values: Float32Array.of(0, 1, 1, 0, 0, -1, 0, 2), count: 4, width: 2 };
    const test = { values: Float32Array.of(3, 0), count: 1, width: 2 };
    const { scores } = knn({
      train,
      trainLabels: [0, 1, 0, 2],
      test,
      testLabels: [1],
      classes: 3,
      k: 3,
      temperature: 1,
    });
    const total = Math.E + 2;
    for (const [label, votes] of [4 / 3, Math.E, 2 / 3].entries())
      expect(scores[label]).toBeCloseTo(votes / total, 10);
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
    expect(codeOf({ testLabels: [Number.NaN] })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ train: { values: [1, 0], count: 1, width: 2 } })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ train: { values: new Float32Array(), count: 3, width: 0 } })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ test: { values: new Float32Array(), count: 0, width: 2 }, testLabels: [] })).toBe(
      'TOO_FEW_EXAMPLES',
    );
    for (const wrong of [
      { temperature: 0 },
      { temperature: Number.NaN },
      { k: 0 },
      { k: 1.5 },
      { classes: 0 },
      { neighbours: 3 },
      { trainLabels: 'a' },
      { train: undefined },
    ]) {
      expect(codeOf(wrong)).toBe('OPTION_INVALID');
    }
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
      const row = Math.floor(i / 8);
      const share = score / scores.subarray(row * 8, row * 8 + 8).reduce((sum, votes) => sum + votes, 0);
      expect(Math.abs(result.scores[i]! - share)).toBeLessThanOrEqual(1e-4 * Math.abs(share));
    }
    const neighbours = ints(`k${k}/neighbours`);
    for (let row = 0; row < 200; row++) {
      const slice = (from: ArrayLike<number>) =>
        Array.from({ length: k }, (_, i) => from[row * k + i]!).sort();
      expect(slice(result.neighbours)).toEqual(slice(neighbours));
    }
  });
});
