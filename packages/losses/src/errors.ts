import { TgmError } from '@tgm/options';

export type LossErrorCode =
  /** An option or argument is of another kind, out of range, or not known. */
  | 'OPTION_INVALID'
  /** A loss that reads text got no text embeddings or no keys of captions. */
  | 'TEXT_MISSING'
  /** A loss reads a view that was not encoded. */
  | 'VIEW_MISSING'
  /** A loss that reads what a mask chose in the graph got no choice, or one that lacks what it reads. */
  | 'CHOICE_MISSING'
  /** A loss that compares clips got one only. */
  | 'TOO_FEW_CLIPS'
  /** Tensors whose shapes do not belong together. */
  | 'SHAPE_MISMATCH';

/** Every error that this package throws. */
export class LossError extends TgmError<LossErrorCode> {}
