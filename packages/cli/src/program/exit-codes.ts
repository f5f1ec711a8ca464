/**
 * Exit codes that a scheduler can act on. A signal n ends with 128 + n, as shells tell it. 64 and 75 are those of sysexits.h.
 */
export const EXIT_CODES = {
  done: 0,
  /** The same command may work the next time: a drive that is away, a network that fails. */
  failed: 1,
  /** The loss of a training is not a number any more. */
  lossNotFinite: 3,
  /** Never retry: the same command line, configuration and data fail again. */
  wrong: 64,
  /** Stopped before the end with everything kept: run the same command again. */
  again: 75,
} as const;

/** Codes of errors, in any package, that come of the command line, the configuration or the data alone. */
const WRONG = new Set([
  'USAGE',
  'OPTION_INVALID',
  'OPTIONS_CHANGED',
  'CONFIG_INVALID',
  'INPUT_INVALID',
  'CAPTIONS_INVALID',
  'SHARDS_DIFFER',
  'FEATURES_DIFFER',
  'LABEL_OUT_OF_RANGE',
  'LABELS_MISMATCH',
  'TOO_FEW_EXAMPLES',
  'SCORES_DIFFER',
  'SCORES_MISSING',
  'CHECKPOINT_MISMATCH',
  'MPI_MISSING',
  'LAUNCHER_DISAGREES',
  'LABEL_INVALID',
  'NO_EXAMPLES',
  'NO_NEGATIVES',
  'TEXT_MISSING',
  'TOO_MANY_BAD_SAMPLES',
  'VIDEOS_INVALID',
]);

/** What the file system says of a path that is wrong itself: a file where a folder is to be, a folder where a file is. */
const WRONG_PATH = new Set(['ENOTDIR', 'EEXIST', 'EISDIR', 'ENAMETOOLONG', 'ELOOP']);

/** The exit code of a program that an error ended. */
export function exitCodeOf(error: unknown): number {
  const { code, cause, exitCode } = partsOf(error);
  // All processes that train together end with the code of the one that failed, whose error may ask for one.
  if (code === 'RANK_FAILED') return exitCodeOf(cause);
  if (typeof exitCode === 'number') return exitCode;
  if (code === 'LOSS_NOT_FINITE') return EXIT_CODES.lossNotFinite;
  const isWrong = (typeof code === 'string' && WRONG.has(code)) || hasLastingCause(error);
  return isWrong ? EXIT_CODES.wrong : EXIT_CODES.failed;
}

/** Whether what led to an error is a file or a path that no retry mends. A VideoError tells whose fault it is. */
function hasLastingCause(error: unknown): boolean {
  const { code, fault, cause } = partsOf(error);
  if (fault === 'file' || fault === 'caller') return true;
  return (
    (typeof code === 'string' && WRONG_PATH.has(code)) || (cause !== undefined && hasLastingCause(cause))
  );
}

const partsOf = (error: unknown) =>
  (error instanceof Error ? error : {}) as {
    readonly code?: unknown;
    readonly fault?: unknown;
    readonly exitCode?: unknown;
    readonly cause?: unknown;
  };
