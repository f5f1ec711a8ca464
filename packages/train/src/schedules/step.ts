import {
  describer,
  eitherOf,
  listOf,
  nested,
  number,
  optional,
  optionTable,
  recorded,
  wholeNumber,
} from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Schedule } from './schedule.js';
import { refuseOption, WARMUP_FIELDS, type WarmupOptions, warmupRate } from './warmup.js';

export interface StepScheduleOptions extends WarmupOptions {
  /** Learning rate behind the warm-up, at least 0. */
  readonly base: number;
  /**
   * Steps behind which the rate is lower, ascending, each behind the warm-up; or `{ every }`, all multiples of a number of
   * steps, which is longer than the warm-up.
   */
  readonly milestones: readonly number[] | { readonly every: number };
  /** What the rate is multiplied with each time, (0, 1). Default 0.1. */
  readonly factor?: number;
}

const OPTIONS = optionTable(
  'stepSchedule',
  {
    base: number({ from: 0 }),
    milestones: eitherOf(
      'numbers of steps from 1, at least one; or { every: a number of steps }',
      listOf(wholeNumber({ from: 1 }), { from: 1 }),
      nested({ every: wholeNumber({ from: 1 }) }),
    ),
    factor: optional(number({ above: 0, below: 1 }), 0.1),
    ...WARMUP_FIELDS,
  } satisfies Record<keyof StepScheduleOptions, unknown>,
  TrainError,
);

/**
 * A rate that falls by a factor at given steps: PyTorch's `MultiStepLR`, and its `StepLR` with `{ every }`. The steps are those of
 * the run, with the warm-up among them. A run under it has no end and can be made longer.
 *
 * @throws TrainError `OPTION_INVALID`, also for milestones that do not ascend or lie in the warm-up.
 */
export function stepSchedule(options: StepScheduleOptions): Schedule {
  const checked = OPTIONS.check(options);
  const { base, milestones, factor, warmupSteps } = checked;
  const refuse = (option: string, expected: string, received: unknown): never =>
    refuseOption('stepSchedule', option, `${expected} behind the warm-up's ${warmupSteps}`, received);
  let falls: (step: number) => number;
  if ('length' in milestones) {
    if (milestones.some((milestone, at) => milestone <= (milestones[at - 1] ?? warmupSteps)))
      refuse('milestones', 'ascending steps', milestones);
    falls = (step) => milestones.filter((milestone) => milestone <= step).length;
  } else {
    const { every } = milestones;
    if (every <= warmupSteps) refuse('milestones.every', 'a step', every);
    falls = (step) => Math.floor(step / every);
  }
  return {
    at: (step) => warmupRate(step, base, checked) ?? base * factor ** falls(step),
    describe: describer('stepSchedule', recorded(OPTIONS, checked)),
  };
}
