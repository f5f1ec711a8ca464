import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';

export interface LinearScalingOptions {
  /** Clips of a batch, those of all ranks together; from 1. */
  readonly batchSize: number;
  /** Batches of a step, the trainer's `accumulate`. Default 1. */
  readonly accumulate?: number;
  /** Clips of a step for which the rates are told. Default 256. */
  readonly per?: number;
}

const count = () => wholeNumber({ from: 1 });

const OPTIONS = optionTable(
  'linearScaling',
  {
    batchSize: count(),
    accumulate: optional(count(), 1),
    per: optional(count(), 256),
  } satisfies Record<keyof LinearScalingOptions, unknown>,
  TrainError,
);

const RATE = optionTable('linearScaling', { rate: number({ from: 0 }) }, TrainError);

/**
 * The linear scaling rule of learning rates: a step on k times the clips takes k times the rate (Goyal et al., arXiv
 * 1706.02677, section 2.1). MAE and VideoMAE tell their rates for 256 clips a step: rate * clips / 256.
 *
 * Gives the function that scales a rate, for all rates of a schedule: base, start and final. VideoMAE leaves the first rate of
 * the warm-up as it is.
 *
 * @throws TrainError `OPTION_INVALID`; what it gives throws it for a rate below 0.
 */
export function linearScaling(options: LinearScalingOptions): (rate: number) => number {
  const { batchSize, accumulate, per } = OPTIONS.check(options);
  const factor = (batchSize * accumulate) / per;
  return (rate) => RATE.check({ rate }).rate * factor;
}
