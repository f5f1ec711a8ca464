import { describer, number, optional, optionTable, recorded, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Schedule } from './schedule.js';
import { refuseOption, WARMUP_FIELDS, type WarmupOptions, warmupRate } from './warmup.js';

/** The warm-up has 0 to `steps` steps. */
export interface CosineOptions extends WarmupOptions {
  /** Learning rate at the end of the warm-up, at least 0. */
  readonly base: number;
  /** Steps in the whole run. */
  readonly steps: number;
  /** Learning rate that the cosine approaches, at least 0. Default 0. */
  readonly final?: number;
}

const OPTIONS = optionTable(
  'cosineSchedule',
  {
    base: number({ from: 0 }),
    steps: wholeNumber({ from: 1 }),
    final: optional(number({ from: 0 }), 0),
    ...WARMUP_FIELDS,
  } satisfies Record<keyof CosineOptions, unknown>,
  TrainError,
);

/**
 * Linear warm-up, then half a cosine. The warm-up includes both of its end points; the cosine begins at `base`
 * and never quite reaches `final` (VideoMAE's `cosine_scheduler`).
 *
 * @throws TrainError `OPTION_INVALID`, also when the warm-up is longer than the run.
 */
export function cosineSchedule(options: CosineOptions): Schedule {
  const checked = OPTIONS.check(options);
  const { base, steps, warmupSteps, final } = checked;
  if (warmupSteps > steps)
    refuseOption('cosineSchedule', 'warmupSteps', `at most the run's ${steps} steps`, warmupSteps);
  const cosineSteps = steps - warmupSteps;
  return {
    steps,
    at(step) {
      const rising = warmupRate(step, base, checked);
      if (rising !== undefined) return rising;
      const progress = Math.min(step - warmupSteps, cosineSteps) / Math.max(cosineSteps, 1);
      return final + 0.5 * (base - final) * (1 + Math.cos(Math.PI * progress));
    },
    describe: describer('cosineSchedule', recorded(OPTIONS, checked)),
  };
}
