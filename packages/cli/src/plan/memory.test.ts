import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keptByBlock } from './kept-numbers.js';
import { MEASURED_STEPS, type MeasuredStep } from './measured-steps.test-values.js';
import { plan } from './plan.js';

/** Bytes. */
function planned({ settings, batch, accumulate = 1, recompute }: MeasuredStep): number {
  const videosPerStep = (accumulate * batch) / settings.recipe.clips;
  const length = { ...settings.length, videosPerStep, accumulate };
  return plan({ settings: { ...settings, length }, recompute }).memory.total;
}

describe('memory', () => {
  it.each(MEASURED_STEPS)(
    'of $name, batch $batch, recompute $recompute, is within 15 % of the measured one',
    (step) => {
      expect(Math.abs(planned(step) / step.peak - 1)).toBeLessThan(0.15);
    },
  );

  it('is what the table of the README says', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const rows = readme.match(/^ *\| (ViT|the laptop).* % *\|$/gm)!;
    expect(rows.length).toBeGreaterThan(MEASURED_STEPS.length);
    const told = rows.map((row) => row.split('|').slice(2, 5).map(Number.parseFloat).join(' '));
    for (const step of MEASURED_STEPS) {
      const bytes = planned(step);
      const [one, other] = [bytes, step.peak].map((each) => Number((each / 1e9).toFixed(2)));
      const percent = (100 * (bytes / step.peak - 1)).toFixed(0);
      expect(told, step.name).toContain([one, other, Number(percent) || 0].join(' '));
    }
  });

  it('of a block are 17 times its rows and width, for an MLP four times as wide', () => {
    // x, its norm, q, k, v, what attention gives twice, the sum and its norm: 9; both sides of the activation: 2 * 4.
    expect(keptByBlock({ keys: 5, queries: 5, width: 8, hidden: 32 })).toBe(17 * 5 * 8);
    // Of three wanted rows: 4 of five, 5 of three and their copied norms, and 2 * 4 of three.
    expect(keptByBlock({ keys: 5, queries: 3, width: 8, hidden: 32 })).toBe((4 * 5 + 6 * 3 + 8 * 3) * 8);
  });
});
