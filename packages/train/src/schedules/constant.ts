import { describer, number, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Schedule } from './schedule.js';
import { WARMUP_FIELDS, type WarmupOptions, warmupRate } from './warmup.js';

export interface ConstantOptions extends WarmupOptions {
  /** Learning rate, at least 0. */
  readonly base: number;
}

const OPTIONS = optionTable(
  'constantSchedule',
  { base: number({ from: 0 }), ...WARMUP_FIELDS } satisfies Record<keyof ConstantOptions, unknown>,
  TrainError,
);

/**
 * The same learning rate at every step behind a warm-up. A run under it can be made longer.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function constantSchedule(options: ConstantOptions): Schedule {
  const checked = OPTIONS.check(options);
  const { base } = checked;
  return {
    at: (step) => warmupRate(step, base, checked) ?? base,
    describe: describer('constantSchedule', recorded(OPTIONS, checked)),
  };
}
