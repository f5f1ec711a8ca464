import type { VideoLimits } from '../container/limits.js';
import { sampleAt } from '../datasets/sample.js';
import type { VideoError } from '../errors.js';
import { isSampleFault } from '../loader/sample-fault.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { VideoDataset, VideoSample } from '../video.js';
import { decodeSection, type SectionFrames, type ShardEncoding } from './reencode.js';

/** A sample of a tar file. */
export interface Section {
  readonly index: number;
  readonly sample: VideoSample;
  /** Its frames, or why there are none. */
  readonly section: SectionFrames | VideoError;
}

/** The samples from `start` to `end`, exclusive, in order, the next one decoded while the one before is in use. */
export async function* sectionsAhead(
  dataset: VideoDataset,
  pool: VideoPool,
  encoding: Required<ShardEncoding>,
  limits: Partial<VideoLimits>,
  range: { readonly start: number; readonly end: number },
): AsyncGenerator<Section> {
  const load = async (index: number): Promise<Section> => {
    const sample = await sampleAt(dataset, index);
    const section = await decodeSection(pool, sample, encoding, limits).catch((error: unknown) => {
      if (isSampleFault(error)) return error;
      throw error;
    });
    return { index, sample, section };
  };
  const { start, end } = range;
  let next = load(start);
  for (let index = start; index < end; index++) {
    const current = await next;
    if (index + 1 < end) {
      next = load(index + 1);
      // It is awaited in the next turn. Avoids an unhandled rejection until then.
      next.catch(() => undefined);
    }
    yield current;
  }
}
