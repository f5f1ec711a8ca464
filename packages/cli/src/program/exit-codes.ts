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
  'VIDEOS_INVALID',
  'MANIFEST_INVALID',
  'CAPTION_EMPTY',
  'CAPTIONS_INVALID',
  'SHARDS_DIFFER',
  'FEATURES_DIFFER',
  'LABEL_OUT_OF_RANGE',
  'LABELS_MISMATCH',
  'TOO_FEW_EXAMPLES',
  'SCORES_DIFFER',
  'SCORES_MISSING',
  'CHECKPOINT_MISMATCH',
  'LABEL_INVALID',
  'NO_EXAMPLES',
  'NO_NEGATIVES',
  'TEXT_MISSING',
]);

/** The exit code of a program that an error ended. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  if (code === 'LOSS_NOT_FINITE') return EXIT_CODES.lossNotFinite;
  return typeof code === 'string' && WRONG.has(code) ? EXIT_CODES.wrong : EXIT_CODES.failed;
}
