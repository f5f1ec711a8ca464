import { decodeClip, probeVideo, readTimeline, type VideoPool } from '../index.js';

/** A pool without threads, which cannot load TypeScript: the same calls on the test's own thread. */
export function directPool(): VideoPool {
  return {
    workers: 1,
    decode: decodeClip,
    probe: probeVideo,
    timeline: readTimeline,
    close: async () => undefined,
  };
}
