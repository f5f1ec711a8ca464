import { describe, expect, it } from 'vitest';
import { keptByBlock } from './kept-numbers.js';
import { MEASURED_STEPS } from './measured-steps.test-values.js';
import { plan } from './plan.js';

describe('memory', () => {
  it.each(MEASURED_STEPS)(
    'of $name, batch $batch, recompute $recompute, is within 15 % of the measured one',
    (step) => {
      const { settings, batch, accumulate = 1, recompute, peak } = step;
      const length = {
        ...settings.length,
        videosPerStep: (accumulate * batch) / settings.recipe.clips,
        accumulate,
      };
      const planned = plan({ settings: { ...settings, length }, recompute }).memory.total;
      expect(Math.abs(planned / peak - 1)).toBeLessThan(0.15);
    },
  );

  it('of a block are 17 times its rows and width, for an MLP four times as wide', () => {
    // x, its norm, q, k, v, what attention gives twice, the sum and its norm: 9; both sides of the activation: 2 * 4.
    expect(keptByBlock({ keys: 5, queries: 5, width: 8, hidden: 32 })).toBe(17 * 5 * 8);
    // Of three wanted rows: 4 of five, 5 of three and their copied norms, and 2 * 4 of three.
    expect(keptByBlock({ keys: 5, queries: 3, width: 8, hidden: 32 })).toBe((4 * 5 + 6 * 3 + 8 * 3) * 8);
  });
});
