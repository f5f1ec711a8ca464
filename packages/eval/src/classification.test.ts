import { describe, expect, it } from 'vitest';
import { classification } from './classification.js';

describe('classification', () => {
  /**
   * Forty examples of seven classes, three of which have none. The expected numbers are those of scikit-learn 1.9.1:
   * `confusion_matrix(labels, scores.argmax(1), labels=range(7))`, `balanced_accuracy_score`, `top_k_accuracy_score`.
   */
  it('equals scikit-learn', () => {
    const classes = 7;
    const labels = Array.from({ length: 40 }, (_, i) => (i * i + 3 * i) % classes);
    const scores = Float64Array.from({ length: 40 * classes }, (_, at) => {
      const [i, c] = [Math.floor(at / classes), at % classes];
      return Math.sin(1.7 * i + 2.3 * c) + (labels[i] === c ? 0.6 : 0);
    });
    const result = classification({ scores, labels, classes });
    const confusion = [
      [1, 2, 3, 0, 4, 0, 2],
      [0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0],
      [0, 0, 1, 4, 0, 1, 0],
      [2, 0, 1, 1, 6, 1, 1],
      [0, 1, 0, 2, 0, 6, 1],
      [0, 0, 0, 0, 0, 0, 0],
    ];
    expect([...result.confusion]).toEqual(confusion.flat());
    expect(result.classMeanTop1).toBeCloseTo(46.25, 10);
    expect(result.top1).toBeCloseTo(42.5, 10);
    expect(result.top5).toBeCloseTo(92.5, 10);
    expect(result.perClass[3]).toBeCloseTo(400 / 6, 10);
    expect(result.perClass[1]).toBeNaN();
  });

  it('counts class means of top 1 and top 5 as a loop does', () => {
    const classes = 8;
    const labels = [0, 0, 0, 5, 5, 7];
    const scores = Float64Array.from({ length: 48 }, (_, at) => (at * 29) % 53);
    const recall = (k: number) => {
      const hits = labels.map((label, row) => {
        const own = Array.from(scores.subarray(row * classes, (row + 1) * classes));
        return own.filter((score) => score > own[label]!).length < k ? 1 : 0;
      });
      const ofClass = (c: number) => {
        const rows = hits.filter((_, row) => labels[row] === c);
        return rows.reduce((sum: number, hit) => sum + hit, 0) / rows.length;
      };
      return (100 * (ofClass(0) + ofClass(5) + ofClass(7))) / 3;
    };
    const result = classification({ scores, labels, classes });
    expect(result.classMeanTop1).toBeCloseTo(recall(1), 10);
    expect(result.classMeanTop5).toBeCloseTo(recall(5), 10);
    expect(recall(1)).not.toBe(recall(5));
  });

  it('gives scores that are all equal the accuracy of chance, whatever the labels', () => {
    const scores = new Float64Array(4 * 8).fill(0.125);
    for (const labels of [
      [0, 0, 0, 0],
      [7, 7, 7, 7],
      [0, 3, 5, 7],
    ]) {
      const { top1, top5 } = classification({ scores, labels, classes: 8 });
      expect(top1).toBeCloseTo(100 / 8, 12);
      expect(top5).toBeCloseTo(500 / 8, 12);
    }
  });

  it('never takes a class with -Infinity for right, and refuses NaN and other lengths', () => {
    const none = Float64Array.of(-Infinity, -Infinity);
    expect(classification({ scores: none, labels: [0], classes: 2 })).toMatchObject({ top1: 0, top5: 0 });
    const codeOf = (scores: Float64Array, labels: number[]) => {
      try {
        classification({ scores, labels, classes: 2 });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf(Float64Array.of(1, 2), [1])).toBe('none');
    expect(codeOf(Float64Array.of(1, Number.NaN), [1])).toBe('NON_FINITE_LOGIT');
    expect(codeOf(Float64Array.of(1, 2, 3), [1])).toBe('SHAPE_MISMATCH');
    expect(codeOf(Float64Array.of(1, 2), [2])).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf(new Float64Array(0), [])).toBe('TOO_FEW_EXAMPLES');
  });
});
