import { describer, number, optional, optionTable, recorded, showValue, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Schedule } from './schedule.js';

export interface CosineOptions {
  /** Learning rate at the end of the warm-up, at least 0. */
  readonly base: number;
  /** Steps in the whole run. */
  readonly steps: number;
  /** Steps of the linear warm-up, whole, 0 to `steps`. Default 0. */
  readonly warmupSteps?: number;
  /** Learning rate of the first warm-up step, at least 0. Default 0. */
  readonly start?: number;
  /** Learning rate that the cosine approaches, at least 0. Default 0. */
  readonly final?: number;
}

const OPTIONS = optionTable(
  'cosineSchedule',
  {
    base: number({ from: 0 }),
    steps: wholeNumber({ from: 1 }),
    warmupSteps: optional(wholeNumber({ from: 0 }), 0),
    start: optional(number({ from: 0 }), 0),
    final: optional(number({ from: 0 }), 0),
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
  const { base, steps, warmupSteps, start, final } = checked;
  if (warmupSteps > steps) {
    throw new TrainError('OPTION_INVALID', {
      where: 'cosineSchedule, option warmupSteps',
      expected: `at most the run's ${steps} steps`,
      received: showValue(warmupSteps),
    });
  }
  const cosineSteps = steps - warmupSteps;
  return {
    steps,
    at(step) {
      if (step < warmupSteps) {
        return warmupSteps === 1 ? start : start + ((base - start) * step) / (warmupSteps - 1);
      }
      const progress = Math.min(step - warmupSteps, cosineSteps) / Math.max(cosineSteps, 1);
      return final + 0.5 * (base - final) * (1 + Math.cos(Math.PI * progress));
    },
    describe: describer('cosineSchedule', recorded(OPTIONS, checked)),
  };
}
