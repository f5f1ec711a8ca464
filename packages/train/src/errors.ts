/** What went wrong, for programs. */
export type TrainErrorCode =
  | 'OPTION_INVALID'
  | 'NO_EXAMPLES'
  | 'SECTION_OUT_OF_RANGE'
  | 'TEXT_MISSING'
  | 'MASK_COUNT_CHANGED'
  | 'LOSS_NOT_FINITE'
  | 'CHECKPOINT_MISMATCH';

export class TrainError extends Error {
  override readonly name = 'TrainError';
  constructor(
    readonly code: TrainErrorCode,
    message: string,
  ) {
    super(message);
  }
}
