import { chooseIndices, seededRandom } from '@tgm/random';
import { VideoError } from '../errors.js';

export interface SampleOrderOptions {
  /** Samples of the data set. */
  readonly length: number;
  readonly seed: number | string;
  /** Every epoch in an order of its own; else as they are. */
  readonly shuffle: boolean;
  /** This process among those that share the data set. */
  readonly rank: number;
  readonly ranks: number;
}

/** What one rank gets, epoch behind epoch. */
export interface SampleOrder {
  /**
   * Samples of an epoch. Shuffled, every rank gets equally many and the few that are left over, others each epoch, go to
   * none; in plain order none is left out, and the last ranks may get one less.
   */
  readonly perEpoch: number;
  /** The sample at a place of an epoch. */
  at(epoch: number, place: number): number;
}

/** Ranks take turns along one order of the whole data set, a function of (seed, epoch). */
export function sampleOrder({ length, seed, shuffle, rank, ranks }: SampleOrderOptions): SampleOrder {
  if (!(Number.isInteger(ranks) && Number.isInteger(rank) && rank >= 0 && rank < ranks)) {
    throw new VideoError('OPTION_INVALID', {
      where: 'clipLoader, option rank',
      expected: 'a whole number from 0 and below ranks',
      received: `${rank} of ${ranks}`,
    });
  }
  const perEpoch = shuffle ? Math.floor(length / ranks) : Math.ceil((length - rank) / ranks);
  if (perEpoch < 1) {
    throw new VideoError('OPTION_INVALID', {
      where: 'clipLoader, option dataset',
      expected: 'at least one sample a rank',
      received: `${length} for ${ranks} ranks`,
    });
  }
  let epochInHand = -1;
  let permutation: Uint32Array = new Uint32Array(0);
  return {
    perEpoch,
    at(epoch, place) {
      const turn = place * ranks + rank;
      if (!shuffle) return turn;
      if (epoch !== epochInHand) {
        permutation = chooseIndices(length, length, seededRandom(seed, 'order', epoch));
        epochInHand = epoch;
      }
      return permutation[turn]!;
    },
  };
}
