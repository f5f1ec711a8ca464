import { TgmError } from '@tgm/options';

export type RandomErrorCode =
  /** A key of `seededRandom` that is neither a string nor a finite number. */
  | 'RANDOM_KEY_INVALID'
  /** A count that is not a whole number, or more draws than there are numbers to draw from. */
  | 'COUNT_INVALID';

/** Every error that this package throws. */
export class RandomError extends TgmError<RandomErrorCode> {}
