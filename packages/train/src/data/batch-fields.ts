import { objectWith, optional, showValue, unrecorded, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import { seedField } from '../seed-field.js';
import type { Examples } from './examples.js';

/** What batches are made of, and by what. */
export const batchFields = () => ({
  examples: objectWith<Examples<object>>('examples in an order, such as `shuffled(source)`', [
    'open',
    'describe',
  ]),
  batchSize: wholeNumber({ from: 1 }),
  threads: unrecorded(optional(wholeNumber({ from: 0 }), 0)),
});

/** Which of the examples in order: a run's, and of them this process's. */
export const orderFields = () => ({
  seed: seedField(),
  rank: unrecorded(optional(wholeNumber({ from: 0 }), 0)),
  ranks: unrecorded(optional(wholeNumber({ from: 1 }), 1)),
});

/** @throws TrainError `OPTION_INVALID` for a rank that is none of the ranks. */
export function requireRank(where: string, rank: number, ranks: number): void {
  if (rank < ranks) return;
  throw new TrainError('OPTION_INVALID', {
    where: `${where}, option rank`,
    expected: `a whole number from 0 and below ranks, ${ranks}`,
    received: showValue(rank),
  });
}

/**
 * Clips of a rank in each batch.
 *
 * @throws TrainError `OPTION_INVALID` for a rank that is none, or a batch that the ranks cannot share.
 */
export function shareOf(
  where: string,
  { batchSize, rank, ranks }: { readonly batchSize: number; readonly rank: number; readonly ranks: number },
): number {
  requireRank(where, rank, ranks);
  if (batchSize % ranks === 0) return batchSize / ranks;
  throw new TrainError('OPTION_INVALID', {
    where: `${where}, option batchSize`,
    expected: `a multiple of ranks, ${ranks}`,
    received: showValue(batchSize),
  });
}
