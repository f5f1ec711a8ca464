import { TgmError } from '@tgm/options';

export type LossErrorCode =
  /** An option or argument is of another kind, out of range, or not known. */
  | 'OPTION_INVALID'
  /** A loss with `needsText` got no text embeddings or no caption groups. */
  | 'TEXT_MISSING'
  /** Tensors whose shapes do not belong together. */
  | 'SHAPE_MISMATCH';

/** Every error that this package throws. */
export class LossError extends TgmError<LossErrorCode> {}
