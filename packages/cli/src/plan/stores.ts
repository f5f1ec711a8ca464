import type { ClipModelVisionConfig } from '@tgm/models';
import { TEACHERS, type TeacherName } from '../presets/text-settings.js';
import { blockOperations } from './operations.js';

/** What decides how large stores are. */
export interface StoreSettings {
  readonly teacher: TeacherName;
  /** Captions of a video; TGM has three. */
  readonly captions: number;
  /** Seconds from one scored frame to the next; the last frame is scored too. */
  readonly scoredSeconds: number;
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
  /**
   * Scores in half precision, of each video, caption and scored frame, and of pictures without content, whole and square; times of
   * the frames. Without the names in the files.
   */
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
const DOUBLE = 8;

function scoredFramesOf({ seconds, frameRate }: Videos, step: number): number {
  const all = Math.max(1, Math.round(seconds * frameRate));
  const last = (all - 1) / frameRate;
  return Math.min(all, Math.ceil(last / step) + 1);
}

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
  const frames = scoredFramesOf(videos, settings.scoredSeconds);
  const scoredFrames = videos.count * frames;
  const cells = (frames + 1) * rows * columns + rows ** 2;
  return {
    scores: videos.count * (settings.captions * cells * HALF + frames * DOUBLE),
    captions: videos.count * settings.captions * projectionDim * FLOAT,
    shards: (videos.count * videos.seconds * settings.megabits * 1e6) / 8,
    scoredFrames,
    scoring: scoredFrames * pictureOperations(visionConfig) * settings.aspect,
  };
}
