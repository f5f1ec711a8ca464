import { orAbsent as absent, orFailed, type ShardFault, type ShardFaultKind } from '@tgm/models';
import { EvaluationError, type EvaluationErrorCode } from '../errors.js';

const CODES: Readonly<Record<ShardFaultKind, EvaluationErrorCode>> = {
  different: 'FEATURES_DIFFER',
  missing: 'FEATURES_MISSING',
  damaged: 'FEATURES_DAMAGED',
  locked: 'FEATURES_LOCKED',
  failed: 'FILE_FAILED',
};

export const featureFault: ShardFault = (kind, fault) => new EvaluationError(CODES[kind], fault);

/**
 * The result of a call of the file system, or of a function of `@tgm/models` that writes.
 * @throws EvaluationError `FILE_FAILED` where the system refuses.
 */
export const orFileFailed = <T>(path: string, expected: string, call: Promise<T>): Promise<T> =>
  orFailed(featureFault, path, expected, call);

/**
 * What a file holds; undefined where there is none.
 * @throws EvaluationError `FILE_FAILED`
 */
export const orAbsent = <T>(path: string, reading: Promise<T>): Promise<T | undefined> =>
  absent(featureFault, path, reading);
