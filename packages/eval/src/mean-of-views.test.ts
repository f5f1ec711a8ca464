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

  it('refuses a part of a video', () => {
    expect(() => meanOfViews(new Float32Array(6), 2, 2)).toThrow(
      'meanOfViews: expected a multiple of 2 views x 2 classes, got 6 logits.',
    );
  });
});
