import { expect, it } from 'vitest';
import { stratifiedFolds } from './stratified-folds.js';

const countsOf = (values: ArrayLike<number>, among: number) => {
  const counts = new Array(among).fill(0);
  for (const value of Array.from(values)) counts[value]++;
  return counts;
};

it('spreads every class and all examples evenly, small classes too', () => {
  // Sizes 23, 7, 2, 1, 1, 1: in all 35 examples in 5 folds.
  const labels = [23, 7, 2, 1, 1, 1].flatMap((size, label) => new Array(size).fill(label));
  const folds = stratifiedFolds(labels, 5, 3);
  expect(countsOf(folds, 5)).toEqual([7, 7, 7, 7, 7]);
  for (const [label, size] of [23, 7, 2].entries()) {
    for (const count of countsOf(
      folds.filter((_, at) => labels[at] === label),
      5,
    )) {
      expect(Math.abs(count - size / 5)).toBeLessThan(1);
    }
  }
});

it('is drawn from the seed', () => {
  const labels = Array.from({ length: 60 }, (_, i) => i % 4);
  expect(stratifiedFolds(labels, 5, 1)).toEqual(stratifiedFolds(labels, 5, 1));
  expect(stratifiedFolds(labels, 5, 1)).not.toEqual(stratifiedFolds(labels, 5, 2));
});
