import type { VideoPool } from '../pool/video-pool.js';
import type { VideoInfo, VideoSource } from '../video.js';

/** Headers that are remembered: some 30 MB of them. */
const REMEMBERED = 100_000;

/**
 * Probes each video once, as long as there are not too many of them: opening one costs as much as decoding two frames,
 * and every epoch asks again. The oldest are forgotten first. A failure is not remembered.
 */
export function probeMemory(pool: VideoPool): (source: VideoSource) => Promise<VideoInfo> {
  const known = new Map<VideoSource, VideoInfo>();
  return async (source) => {
    const remembered = known.get(source);
    if (remembered) return remembered;
    const info = await pool.probe(source);
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value!);
    known.set(source, info);
    return info;
  };
}
