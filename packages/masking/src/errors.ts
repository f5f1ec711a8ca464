import { TgmError } from '@tgm/options';

export type MaskingErrorCode =
  /** An option or an argument that is missing, of another kind, out of range, or not known. */
  | 'OPTION_INVALID'
  /** A grid, or a count of frames or cells, that is not made of positive whole numbers or does not divide. */
  | 'GRID_INVALID'
  /** A cue that the strategy requires is not in the request. */
  | 'CUE_MISSING'
  /** A cue of another kind, such as a list instead of a Float32Array. */
  | 'CUE_WRONG_KIND'
  /** An array whose length does not follow from the grid. */
  | 'CUE_WRONG_SIZE'
  /** NaN or an infinity in a cue. */
  | 'CUE_NOT_FINITE'
  /** A number below 0 in a cue of shares. */
  | 'CUE_NEGATIVE'
  /** Two strategies that must hide the same number of tokens do not. */
  | 'MASK_COUNT_MISMATCH'
  /** Thrown by the checks of `@tgm/masking/testing` only. */
  | 'CONTRACT_BROKEN';

/** Every error that this package throws. */
export class MaskingError extends TgmError<MaskingErrorCode> {}
