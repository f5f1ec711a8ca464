import { number, optional, showValue, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';

/** A linear rise to a schedule's rate, at the beginning of a run. */
export interface WarmupOptions {
  /** Steps of the linear warm-up, whole, from 0. Default 0. */
  readonly warmupSteps?: number;
  /** Learning rate of the first warm-up step, at least 0. Default 0. */
  readonly start?: number;
}

export const WARMUP_FIELDS = {
  warmupSteps: optional(wholeNumber({ from: 0 }), 0),
  start: optional(number({ from: 0 }), 0),
} satisfies Record<keyof WarmupOptions, unknown>;

/**
 * Learning rate of a step of the warm-up, which includes both of its ends: `start` at the first step and `base` at the last
 * (VideoMAE's `cosine_scheduler`); undefined behind it.
 */
export function warmupRate(
  step: number,
  base: number,
  { warmupSteps, start }: Required<WarmupOptions>,
): number | undefined {
  if (step >= warmupSteps) return undefined;
  return warmupSteps === 1 ? start : start + ((base - start) * step) / (warmupSteps - 1);
}

/** @throws TrainError `OPTION_INVALID` for an option of a schedule that does not fit the others. */
export function refuseOption(schedule: string, option: string, expected: string, received: unknown): never {
  throw new TrainError('OPTION_INVALID', {
    where: `${schedule}, option ${option}`,
    expected,
    received: showValue(received),
  });
}
