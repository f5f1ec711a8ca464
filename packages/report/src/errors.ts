import { TgmError } from '@tgm/options';

export type ReportErrorCode =
  /** An option or a part of a report is missing, of another kind, out of range, or not known. */
  | 'OPTION_INVALID'
  /** An array has another length than its stated shape, or a clip cannot be cut into its grid. */
  | 'SHAPE_MISMATCH'
  /** A file could not be written: a fault of the system. */
  | 'FILE_FAILED';

/** Every error that this package throws. */
export class ReportError extends TgmError<ReportErrorCode> {}
