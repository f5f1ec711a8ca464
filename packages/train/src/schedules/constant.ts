import { describer, number, optional, optionTable, recorded, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Schedule } from './schedule.js';

export interface ConstantOptions {
  /** Learning rate, at least 0. */
  readonly base: number;
  /** Steps of a linear warm-up from 0, whole. Default 0. */
  readonly warmupSteps?: number;
}

const OPTIONS = optionTable(
  'constantSchedule',
  {
    base: number({ from: 0 }),
    warmupSteps: optional(wholeNumber({ from: 0 }), 0),
  } satisfies Record<keyof ConstantOptions, unknown>,
  TrainError,
);

/**
 * The same learning rate at every step behind a warm-up. A run under it can be made longer.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function constantSchedule(options: ConstantOptions): Schedule {
  const checked = OPTIONS.check(options);
  const { base, warmupSteps } = checked;
  return {
    at: (step) => (step < warmupSteps ? (base * step) / warmupSteps : base),
    describe: describer('constantSchedule', recorded(OPTIONS, checked)),
  };
}
