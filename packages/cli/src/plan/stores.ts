import type { ClipModelVisionConfig } from '@tgm/models';
import { TEACHERS, type TeacherName } from '../presets/text-settings.js';
import { blockOperations } from './operations.js';

/** What decides how large stores are. */
export interface StoreSettings {
  readonly teacher: TeacherName;
  /** Captions of a video; TGM has three. */
  readonly captions: number;
  /** Source frames from one that is scored to the next. */
  readonly frameStep: number;
  /** Width of a frame over its height: frames are scored whole. */
  readonly aspect: number;
  /** Of prepared shards, in 1e6 bits a second. */
  readonly megabits: number;
}

export interface Videos {
  readonly count: number;
  /** Mean length in seconds. */
  readonly seconds: number;
  readonly frameRate: number;
}

/** Bytes on disk, and what filling the store of scores computes. */
export interface Stores {
  /** Scores in half precision, of each video, caption and scored frame. */
  readonly scores: number;
  /** Embeddings of the captions in single precision. */
  readonly captions: number;
  readonly shards: number;
  readonly scoredFrames: number;
  /** Multiply-adds of the teacher over all scored frames. */
  readonly scoring: number;
}

const HALF = 2;
const FLOAT = 4;

/** Multiply-adds of a CLIP's picture tower on one square frame of its size. */
export function pictureOperations({ imageSize, patchSize, ...tower }: ClipModelVisionConfig): number {
  const patches = (imageSize / patchSize) ** 2;
  const tokens = patches + 1;
  const { hiddenSize: width, intermediateSize: hidden, numHiddenLayers } = tower;
  return (
    patches * 3 * patchSize ** 2 * width +
    numHiddenLayers * blockOperations({ keys: tokens, queries: tokens, width, hidden })
  );
}

/** What a set's stores come to. */
export function stores(videos: Videos, settings: StoreSettings): Stores {
  const { visionConfig, projectionDim } = TEACHERS[settings.teacher];
  const rows = visionConfig.imageSize / visionConfig.patchSize;
  const columns = Math.max(1, Math.round(rows * settings.aspect));
  const framesOfVideo = Math.max(1, Math.ceil((videos.seconds * videos.frameRate) / settings.frameStep));
  const scoredFrames = videos.count * framesOfVideo;
  return {
    scores: scoredFrames * settings.captions * rows * columns * HALF,
    captions: videos.count * settings.captions * projectionDim * FLOAT,
    shards: (videos.count * videos.seconds * settings.megabits * 1e6) / 8,
    scoredFrames,
    scoring: scoredFrames * pictureOperations(visionConfig) * settings.aspect,
  };
}
