import type { KnownHeader } from '../container/open-video.js';
import type { VideoInput } from '../video.js';
import { type FrameIndex, indexBytes } from './frame-index.js';
import type { Timeline } from './timeline.js';

/** What was found out about a file that needs not be found out again, and for which version of it that holds. */
export interface KnownVideo extends KnownHeader {
  readonly timeline: Timeline;
  /** Left out where the packets do not tell where to seek to: decoding starts at the beginning. */
  readonly index?: FrameIndex | undefined;
}

/** Known videos by path. Whoever uses one compares its version with that of the file. */
export interface KnownVideos {
  get(source: VideoInput): KnownVideo | undefined;
  put(source: VideoInput, video: KnownVideo): void;
}

/** Bytes of what is known that grow with the video. */
export function knownBytes({ timeline, index }: KnownVideo): number {
  return timeline.times.byteLength + (index === undefined ? 0 : indexBytes(index));
}

/** Keeps what was used last, as long as it takes at most `limit` bytes together. What alone takes more is not kept. */
export function knownVideos(limit: number): KnownVideos {
  /** The least recently used first. */
  const videos = new Map<VideoInput, KnownVideo>();
  let bytes = 0;
  const forget = (source: VideoInput): void => {
    const video = videos.get(source);
    if (video === undefined) return;
    videos.delete(source);
    bytes -= knownBytes(video);
  };
  return {
    get(source) {
      const video = videos.get(source);
      if (video === undefined) return undefined;
      videos.delete(source);
      videos.set(source, video);
      return video;
    },
    put(source, video) {
      forget(source);
      const size = knownBytes(video);
      if (size > limit) return;
      videos.set(source, video);
      bytes += size;
      while (bytes > limit) forget(videos.keys().next().value!);
    },
  };
}
