import type { Description } from '@tgm/options';

/** The learning rate over a run: a function of the step alone. */
export interface Schedule {
  /** Learning rate of a step, counted from 0. */
  at(step: number): number;
  /** Steps that it is made for; a longer run is refused. Absent where it has no end. */
  readonly steps?: number;
  describe(): Description;
}
