import { VideoError } from '../errors.js';

/**
 * Whether the loading of a sample failed for what its own file holds, so that others may still be good. A mistake in the
 * options, a full disk, a drive that is away or a dead decode thread is not of that kind.
 */
export function isSampleFault(error: unknown): error is VideoError {
  return error instanceof VideoError && error.fault === 'file';
}
