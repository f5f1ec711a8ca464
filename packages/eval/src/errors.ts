import { TgmError } from '@tgm/options';

export type EvaluationErrorCode =
  /** An option is missing, of another kind, out of range, or not known. */
  | 'OPTION_INVALID'
  /** As many labels as examples were expected, and another number came. */
  | 'LABELS_MISMATCH'
  /** A label is not a whole number in 0 ... classes - 1. */
  | 'LABEL_OUT_OF_RANGE'
  /** The set is too small for what is asked of it. */
  | 'TOO_FEW_EXAMPLES'
  /** An array has another length or kind than its stated shape. */
  | 'SHAPE_MISMATCH'
  /** A feature is NaN or infinite; scores of it would mean nothing. */
  | 'NON_FINITE_FEATURE'
  /** A logit is NaN or infinite, or a score is NaN. */
  | 'NON_FINITE_LOGIT'
  /** A representation of clips threw. */
  | 'REPRESENTATION_FAILED'
  /** A folder holds features of something else. */
  | 'FEATURES_DIFFER'
  /** Files of features are not there, or not all of them. */
  | 'FEATURES_MISSING'
  /** A file of features is not as it was written. */
  | 'FEATURES_DAMAGED'
  /** Another process writes the same files of features. */
  | 'FEATURES_LOCKED'
  /** A file could not be read or written: a fault of the system. */
  | 'FILE_FAILED';

/** Every error that this package throws. */
export class EvaluationError extends TgmError<EvaluationErrorCode> {}
