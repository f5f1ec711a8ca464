import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { type LEARNED, rankTraining, type Trained, WHOLE } from './rank-training.test-support.js';

/** The gradients of a first step, and ten steps. */
export interface BothTrainings {
  readonly first: Trained;
  readonly ten: Trained;
}

export const numbersOf = ({ params }: Trained, of: (name: string) => boolean = () => true): number[] =>
  Object.keys(params)
    .sort()
    .filter(of)
    .flatMap((name) => params[name]!);
const norm = (numbers: readonly number[]): number => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
export const apart = (one: readonly number[], other: readonly number[]): number =>
  norm(one.map((value, at) => value - other[at]!)) / norm(one);

/** Loss of step 1 to 1e-6, gradients to 1e-5, what ten steps change to 1e-3. */
export async function requireEqualTrainings(
  learned: (typeof LEARNED)[number],
  one: BothTrainings,
  other: BothTrainings,
): Promise<void> {
  const relative = Math.abs(other.first.totals[0]! / one.first.totals[0]! - 1);
  expect(relative, `${learned}, loss of step 1`).toBeLessThan(1e-6);
  const begun = await begin(learned);
  const reached = (name: string) => !isDeepStrictEqual(one.first.params[name], begun.params[name]);
  const gradient = numbersOf(one.first, reached);
  expect(norm(gradient)).toBeGreaterThan(1e-2);
  expect(apart(gradient, numbersOf(other.first, reached)), `${learned}, gradients`).toBeLessThan(1e-5);
  // A parameter without a gradient is left alone by a step of one part, and has one of zero in several.
  const others = numbersOf(other.first, (name) => !reached(name));
  expect(others.every((value) => value === 0)).toBe(true);
  expect(Object.keys(other.first.figures[0]!).sort()).toEqual(Object.keys(one.first.figures[0]!).sort());
  for (const [name, figure] of Object.entries(one.first.figures[0]!))
    expect(other.first.figures[0]![name], name).toBeCloseTo(figure, 5);
  expect(other.ten.totals).toHaveLength(10);
  const start = numbersOf(begun, reached);
  const moved = (trained: Trained) => numbersOf(trained, reached).map((value, at) => value - start[at]!);
  expect(apart(moved(one.ten), moved(other.ten)), `${learned}, ten steps`).toBeLessThan(1e-3);
}

/** The parameters before the first step: of a step whose rate is 0. */
const begin = (learned: (typeof LEARNED)[number]): Promise<Trained> =>
  rankTraining(learned, WHOLE, { steps: 1, schedule: { at: () => 0, describe: () => ({ is: 'none' }) } });
