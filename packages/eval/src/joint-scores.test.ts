import { describe, expect, it } from 'vitest';
import { jointClass, jointProbabilities } from './joint-scores.js';

describe('jointProbabilities', () => {
  it('are the products of all combinations, each where jointClass says', () => {
    const groups = [
      [0.25, 0.75],
      [0.5, 0.3, 0.2],
      [0.1, 0.9],
    ];
    const joint = jointProbabilities(groups.map((each) => Float64Array.from(each)));
    expect(joint).toHaveLength(12);
    for (const a of [0, 1]) {
      for (const b of [0, 1, 2]) {
        for (const c of [0, 1]) {
          const product = groups[0]![a]! * groups[1]![b]! * groups[2]![c]!;
          expect(joint[jointClass([a, b, c], [2, 3, 2])]).toBeCloseTo(product, 12);
        }
      }
    }
  });
});
