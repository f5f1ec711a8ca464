import { describe, expect, it } from 'vitest';
import { meanOfViews } from './mean-of-views.js';

describe('meanOfViews', () => {
  it('is the mean of the softmax, not the softmax of the mean', () => {
    const [two, nine] = [Math.log(2), Math.log(9)];
    // Views: 1/3, 2/3 and 9/10, 1/10; one video of two views, and one whose views agree.
    const logits = Float32Array.of(0, two, nine, 0, 5, 5, -1000, -1000);
    const probabilities = meanOfViews(logits, 2, 2);
    expect(probabilities[0]).toBeCloseTo((1 / 3 + 0.9) / 2, 6);
    expect(probabilities[1]).toBeCloseTo((2 / 3 + 0.1) / 2, 6);
    expect([...probabilities.subarray(2)]).toEqual([0.5, 0.5]);
  });

  it('takes logits of any size', () => {
    expect([...meanOfViews(Float32Array.of(3e38, -3e38, 1e-40, 0), 2, 2)]).toEqual([0.75, 0.25]);
  });

  it('refuses what is no number', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => meanOfViews(Float32Array.of(0, 1, 2, 3, 4, wrong), 3, 1)).toThrow(
        expect.objectContaining({ code: 'NON_FINITE_LOGIT', where: 'meanOfViews, view 2 of video 1' }),
      );
    }
    for (const [views, classes] of [
      [0, 2],
      [2, 0],
      [0.5, 4],
      [Number.NaN, 1],
    ] as const) {
      expect(() => meanOfViews(new Float32Array(4), views, classes)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });

  it('refuses a part of a video', () => {
    expect(() => meanOfViews(new Float32Array(6), 2, 2)).toThrow(
      'meanOfViews: expected a multiple of 2 views x 2 classes, got 6 logits.',
    );
  });
});
