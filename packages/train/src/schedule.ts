import { showValue } from '@tgm/options';
import { TrainError } from './errors.js';

/** Learning rate of a step, counted from 0. */
export type Schedule = (step: number) => number;

export interface CosineOptions {
  /** Learning rate at the end of the warm-up. */
  readonly base: number;
  /** Steps in the whole run. */
  readonly steps: number;
  /** Steps of the linear warm-up. Default 0. */
  readonly warmupSteps?: number;
  /** Learning rate of the first warm-up step. Default 0. */
  readonly start?: number;
  /** Learning rate that the cosine approaches. Default 0. */
  readonly final?: number;
}

/**
 * Linear warm-up, then half a cosine. The warm-up includes both of its end points; the cosine begins at `base`
 * and never quite reaches `final` (VideoMAE's `cosine_scheduler`).
 *
 * @throws TrainError `OPTION_INVALID` when the warm-up is longer than the run.
 */
export function cosineSchedule(options: CosineOptions): Schedule {
  const { base, steps, warmupSteps = 0, start = 0, final = 0 } = options;
  if (!Number.isInteger(steps) || steps < 1 || warmupSteps < 0 || warmupSteps > steps) {
    throw new TrainError('OPTION_INVALID', {
      where: 'cosineSchedule, options steps and warmupSteps',
      expected: 'a whole number of steps from 1, and a warm-up from 0 to as many',
      received: `steps ${showValue(steps)} and warmupSteps ${showValue(warmupSteps)}`,
    });
  }
  const cosineSteps = steps - warmupSteps;
  return (step) => {
    if (step < warmupSteps) {
      return warmupSteps === 1 ? start : start + ((base - start) * step) / (warmupSteps - 1);
    }
    const progress = Math.min(step - warmupSteps, cosineSteps) / Math.max(cosineSteps, 1);
    return final + 0.5 * (base - final) * (1 + Math.cos(Math.PI * progress));
  };
}
