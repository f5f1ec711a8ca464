import { VideoError, type VideoErrorCode } from '../errors.js';

const SAMPLE_FAULTS: ReadonlySet<VideoErrorCode> = new Set([
  'VIDEO_NOT_FOUND',
  'VIDEO_UNREADABLE',
  'VIDEO_NO_STREAM',
  'VIDEO_DECODE_FAILED',
  'VIDEO_TOO_LARGE',
  'FRAME_OUT_OF_RANGE',
]);

/**
 * Whether an error is about one video, so that others may still be good. A mistake in the options, an annotation file
 * that changed, a full disk or a dead decode thread is not.
 */
export function isSampleFault(error: unknown): error is VideoError {
  return error instanceof VideoError && SAMPLE_FAULTS.has(error.code);
}
