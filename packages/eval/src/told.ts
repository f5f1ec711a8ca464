import { flag, optional } from '@tgm/options';
import { intervals } from './bootstrap.js';
import { figuresOf, type Outcome } from './outcome.js';

/** Whether an evaluator tells the interval of each figure beside it. */
export const intervalsField = () => optional(flag(), false);

/**
 * The numbers that an evaluator gives of an outcome: its figures, and if asked `<figure>/from` and `<figure>/to`. NaN where no
 * example was measured.
 */
export function told(outcome: Outcome, withIntervals: boolean): Record<string, number> {
  if (!withIntervals || outcome.count === 0) return figuresOf(outcome);
  return Object.fromEntries(
    Object.entries(intervals(outcome)).flatMap(([name, { value, from, to }]) => [
      [name, value],
      [`${name}/from`, from],
      [`${name}/to`, to],
    ]),
  );
}
