import type { VideoMaeConfig } from '@tgm/models';
import type { Size } from '@tgm/video-io';

/** Frames of a clip and their size, as a model takes them. */
export function clipShape({ numFrames, imageSize }: Pick<VideoMaeConfig, 'numFrames' | 'imageSize'>): {
  frameCount: number;
  size: Size;
} {
  return { frameCount: numFrames, size: { width: imageSize, height: imageSize } };
}
