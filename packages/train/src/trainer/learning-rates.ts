import { TrainError } from '../errors.js';
import type { Schedule } from '../schedules/schedule.js';

/**
 * The learning rates of `count` steps.
 *
 * @param from the first of them, counted from 0.
 * @throws TrainError `OPTION_INVALID` for one that is below 0 or not finite.
 */
export function learningRates(schedule: Schedule, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const rate = schedule.at(from + index);
    if (Number.isFinite(rate) && rate >= 0) return rate;
    throw new TrainError('OPTION_INVALID', {
      where: `trainer, option schedule, step ${from + index + 1}`,
      expected: 'a learning rate from 0',
      received: String(rate),
    });
  });
}
