import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { clipLoader, datasetOf, pretrainingRecipe, testRecipe } from '../index.js';
import { base, fakePool, info } from './fake-loading.test-support.js';

describe('recipes', () => {
  const range = { first: 10, count: 60 };
  it('keep to the part of the video that a sample is about', async () => {
    const section = datasetOf('sections', [{ id: 'a', source: 'good', captions: [], start: 1, end: 2 }]);
    for await (const { clips } of clipLoader({ ...base, epochs: 30, dataset: section, pool: fakePool(1) })) {
      for (const index of clips[0]!.indices) {
        expect(index).toBeGreaterThanOrEqual(25);
        expect(index).toBeLessThan(50);
      }
    }
  });

  it('draw several clips of a video, and flip only where asked to', () => {
    const repeated = pretrainingRecipe({ frameCount: 3, stride: 2, clips: 4 });
    const plans = repeated.plan(info, range, seededRandom(1));
    expect(plans).toHaveLength(repeated.clips);
    expect(new Set(plans.map((plan) => JSON.stringify(plan))).size).toBe(4);
    expect(plans.some(({ flip }) => flip)).toBe(false);
    // Allowing flips changes nothing else.
    const flipping = pretrainingRecipe({ frameCount: 3, stride: 2, clips: 4, flip: true }).plan(
      info,
      range,
      seededRandom(1),
    );
    expect(flipping.map(({ flip: _, ...rest }) => rest)).toEqual(plans.map(({ flip: _, ...rest }) => rest));
  });

  it('give every view of a test, clip by clip', () => {
    const views = testRecipe({ sampling: { kind: 'dense', stride: 4 }, frameCount: 2, clips: 2, crops: 3 });
    const plans = views.plan(info, range, () => Number.NaN);
    expect(views.clips).toBe(6);
    expect(plans.map(({ indices, crop }) => [indices, crop.x])).toEqual([
      [[10, 14], 0],
      [[10, 14], 42],
      [[10, 14], 84],
      [[65, 69], 0],
      [[65, 69], 42],
      [[65, 69], 84],
    ]);
    const segments = testRecipe({ sampling: { kind: 'segments' }, frameCount: 2, clips: 1, crops: 1 });
    expect(segments.plan(info, range, () => Number.NaN)[0]!.indices).toEqual([25, 55]);
  });
});
