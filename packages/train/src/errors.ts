import { TgmError } from '@tgm/options';

/** What went wrong, for programs. */
export type TrainErrorCode =
  /** An option out of range, or one that leaves nothing to learn from. */
  | 'OPTION_INVALID'
  /** The source of examples is empty. */
  | 'NO_EXAMPLES'
  /** A loss or a score needs a caption, and the sample has none. */
  | 'TEXT_MISSING'
  /** A strategy hides another number of tokens for one clip of a batch than of another. */
  | 'MASK_COUNT_CHANGED'
  /** The loss or the weights have become NaN or infinite. */
  | 'LOSS_NOT_FINITE'
  /** A checkpoint of other settings or of another model. */
  | 'CHECKPOINT_MISMATCH';

/** Every error that this package throws on purpose. */
export class TrainError extends TgmError<TrainErrorCode> {}
