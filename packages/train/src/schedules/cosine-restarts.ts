import { describer, number, optional, optionTable, recorded, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Schedule } from './schedule.js';
import { WARMUP_FIELDS, type WarmupOptions, warmupRate } from './warmup.js';

export interface CosineRestartsOptions extends WarmupOptions {
  /** Learning rate at the beginning of each period, at least 0. */
  readonly base: number;
  /** Steps of the first period, whole, from 1. It begins behind the warm-up. */
  readonly period: number;
  /** How many times as long each period is as the one before it, at least 1; lengths are rounded to whole steps. Default 1. */
  readonly growth?: number;
  /** Learning rate that each cosine approaches, at least 0. Default 0. */
  readonly final?: number;
}

const OPTIONS = optionTable(
  'cosineRestartsSchedule',
  {
    base: number({ from: 0 }),
    period: wholeNumber({ from: 1 }),
    growth: optional(number({ from: 1 }), 1),
    final: optional(number({ from: 0 }), 0),
    ...WARMUP_FIELDS,
  } satisfies Record<keyof CosineRestartsOptions, unknown>,
  TrainError,
);

/**
 * Half a cosine again and again, each time from `base`: SGDR, Loshchilov & Hutter, arXiv 1608.03983, equation 5 with its
 * T_0, T_mult and η_min, per step as PyTorch's `CosineAnnealingWarmRestarts`. A run under it has no end and can be made longer.
 *
 * A checkpoint is worth most at the end of a period, where the rate is lowest: behind `warmupSteps + period` steps, and so on.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function cosineRestartsSchedule(options: CosineRestartsOptions): Schedule {
  const checked = OPTIONS.check(options);
  const { base, period, growth, final, warmupSteps } = checked;
  return {
    at(step) {
      const rising = warmupRate(step, base, checked);
      if (rising !== undefined) return rising;
      const { done, length } = placeInPeriod(step - warmupSteps, period, growth);
      return final + 0.5 * (base - final) * (1 + Math.cos((Math.PI * done) / length));
    },
    describe: describer('cosineRestartsSchedule', recorded(OPTIONS, checked)),
  };
}

/** Steps of its period that are done, and that it has. */
function placeInPeriod(step: number, period: number, growth: number): { done: number; length: number } {
  if (growth === 1) return { done: step % period, length: period };
  let done = step;
  let exact = period;
  while (done >= Math.round(exact)) {
    done -= Math.round(exact);
    exact *= growth;
  }
  return { done, length: Math.round(exact) };
}
