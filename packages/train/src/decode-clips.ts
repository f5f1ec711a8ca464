import { motionCue, type TokenGrid, type TokenMotion } from '@tgm/masking';
import {
  denseIndices,
  uniformIndices,
  type VideoDataset,
  type VideoPool,
  type VideoSample,
} from '@tgm/video-io';

/** Frames of one video in the model's size, with their motion by token. */
export interface DecodedClip {
  /** The sample's id, with the clip's number behind it where a video gives several. */
  readonly id: string;
  readonly sample: VideoSample;
  /** [T, height, width, 3] RGB, 0-255. */
  readonly frames: Uint8Array;
  readonly frameCount: number;
  readonly height: number;
  readonly width: number;
  /** All unknown where the codec has no motion vectors. */
  readonly motion: TokenMotion;
}

/** A video that could not be read, and why. */
export interface SkippedVideo {
  readonly id: string;
  readonly error: Error;
}

export interface DecodedVideo {
  readonly sample: VideoSample;
  readonly clips: readonly DecodedClip[];
  readonly skipped?: SkippedVideo;
}
