import { TrainError } from '../errors.js';

/**
 * The result of a call of the file system.
 *
 * @throws TrainError `SINK_FAILED` where it refuses; what this package throws on purpose passes by.
 */
export async function orSinkFailed<T>(where: string, expected: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (cause instanceof TrainError) throw cause;
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new TrainError('SINK_FAILED', { where, expected, received, cause });
  }
}
