export type MaskingErrorCode =
  /** A ratio outside [0, 1). */
  | 'RATIO_OUT_OF_RANGE'
  /** A share outside [0, 1]. */
  | 'SHARE_OUT_OF_RANGE'
  /** A phase of a running cell that is not 0, 1, 2 or 3. */
  | 'PHASE_OUT_OF_RANGE'
  /** A grid, or a count of frames or cells, that is not made of positive whole numbers or does not divide. */
  | 'GRID_INVALID'
  /** A cue that the strategy requires is not in the request. */
  | 'CUE_MISSING'
  /** An array whose length does not follow from the grid. */
  | 'CUE_WRONG_SIZE'
  /** NaN or an infinity in a cue. */
  | 'CUE_NOT_FINITE'
  /** Two strategies that must hide the same number of tokens do not. */
  | 'MASK_COUNT_MISMATCH'
  /** Thrown by the checks of `@tgm/masking/testing` only. */
  | 'CONTRACT_BROKEN';

/** What was expected, what came instead, and where it was noticed. */
export interface MaskingFault {
  readonly expected: string;
  readonly received: string;
  readonly where: string;
}

/** Every error that this package throws. */
export class MaskingError extends Error {
  readonly code: MaskingErrorCode;
  readonly expected: string;
  readonly received: string;
  readonly where: string;

  constructor(code: MaskingErrorCode, fault: MaskingFault) {
    super(`${fault.where}: expected ${fault.expected}, got ${fault.received}.`);
    this.name = 'MaskingError';
    this.code = code;
    this.expected = fault.expected;
    this.received = fault.received;
    this.where = fault.where;
  }
}
