import { sampleAt, type VideoDataset, VideoError, type VideoPool } from '@tgm/video-io';
import { CliError } from '../program/errors.js';

/** A video that cannot be read, and why. */
interface UnreadVideo {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Sees that at least one video can be opened: the first that can ends the search.
 *
 * @throws CliError `VIDEOS_INVALID` with the reason of the first; the reason of `signal`; VideoError where no file is to blame.
 */
export async function requireReadable(
  dataset: VideoDataset,
  pool: VideoPool,
  signal: AbortSignal,
): Promise<void> {
  const unread: UnreadVideo[] = [];
  for (let index = 0; index < dataset.length; index++) {
    signal.throwIfAborted();
    const { id, source } = await sampleAt(dataset, index);
    try {
      await pool.timeline(source);
      return;
    } catch (error) {
      if (!(error instanceof VideoError && error.fault === 'file')) throw error;
      unread.push({ id, code: error.code, message: error.message });
    }
  }
  throw noneReadable(dataset.name, unread);
}

/** What is thrown where all videos are left out. */
export function noneReadable(where: string, unread: readonly UnreadVideo[]): CliError {
  const [first] = unread;
  const why = first && `, the first is ${first.id}: ${first.code}, ${first.message}`;
  return new CliError('VIDEOS_INVALID', {
    where,
    expected: 'at least one video that can be read',
    received: first ? `${unread.length} that cannot${why}` : 'no video',
  });
}
