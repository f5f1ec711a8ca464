import type { Description } from '@tgm/options';

/** The learning rate over a run: a function of the step alone. */
export interface Schedule {
  /** Learning rate of a step, counted from 0. */
  at(step: number): number;
  describe(): Description;
}
