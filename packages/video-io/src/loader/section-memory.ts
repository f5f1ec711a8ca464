import type { VideoLimits } from '../container/limits.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { VideoInfo, VideoSample } from '../video.js';
import type { FrameRange } from './recipe.js';
import { framesOfSection } from './section.js';

/** What a recipe must know of a sample to plan its clips. */
export interface FoundSection {
  readonly info: VideoInfo;
  readonly range: FrameRange;
}

/** Sections that are remembered: some 40 MB of them. */
const REMEMBERED = 100_000;

/**
 * Finds the frames of each sample once, as long as there are not too many samples: every epoch asks again. The oldest are
 * forgotten first. A failure is not remembered.
 */
export function sectionMemory(
  pool: VideoPool,
  limits: Partial<VideoLimits>,
): (sample: VideoSample) => Promise<FoundSection> {
  const known = new Map<string, FoundSection>();
  return async (sample) => {
    const { source, start, end } = sample;
    const key = `${start} ${end} ${source}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    const timeline = await pool.timeline(source, { limits });
    const found = { info: timeline.info, range: framesOfSection(timeline, { start, end }, source) };
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value!);
    known.set(key, found);
    return found;
  };
}
