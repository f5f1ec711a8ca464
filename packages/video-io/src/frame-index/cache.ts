import type { StreamHeader } from '../container/stream-header.js';
import type { VideoInput } from '../video.js';
import { type FrameIndex, indexBytes } from './frame-index.js';

/** What was found out about a file that needs not be found out again, and for which version of it that holds. */
export interface KnownVideo {
  readonly version: string;
  readonly header: StreamHeader;
  readonly index: FrameIndex;
}

/** Known videos by path. Whoever uses one compares its version with that of the file. */
export interface KnownVideos {
  get(source: VideoInput): KnownVideo | undefined;
  put(source: VideoInput, video: KnownVideo): void;
}

/** Keeps what was used last, as long as the indexes take at most `limit` bytes together. A larger index is not kept. */
export function knownVideos(limit: number): KnownVideos {
  /** The least recently used first. */
  const videos = new Map<VideoInput, KnownVideo>();
  let bytes = 0;
  const forget = (source: VideoInput): void => {
    const video = videos.get(source);
    if (video === undefined) return;
    videos.delete(source);
    bytes -= indexBytes(video.index);
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
      const size = indexBytes(video.index);
      if (size > limit) return;
      videos.set(source, video);
      bytes += size;
      while (bytes > limit) forget(videos.keys().next().value!);
    },
  };
}
