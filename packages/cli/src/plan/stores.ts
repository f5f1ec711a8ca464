import { type ClipModelVisionConfig, wholePictures } from '@tgm/models';
import { scoreStoreSize } from '@tgm/train';
import { TEACHERS, type TeacherName } from '../presets/text-settings.js';
import { blockOperations } from './operations.js';

/** What decides how large stores are. */
export interface StoreSettings {
  readonly teacher: TeacherName;
  /** Captions of a video; TGM has three. */
  readonly captions: number;
  /** Seconds from one scored frame to the next; the last frame is scored too. Default that of `writeScores`. */
  readonly scoredSeconds?: number;
  /** Patches of a frame along its short side, for each of the teacher's own pictures. Default that of `writeScores`. */
  readonly detail?: number;
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
  /** Scores in half precision, of each video, caption and scored frame, and of pictures without content; times of the frames. */
  readonly scores: number;
  /** Embeddings of the captions in single precision. */
  readonly captions: number;
  readonly shards: number;
  readonly scoredFrames: number;
  /** Multiply-adds of the teacher over all scored frames. */
  readonly scoring: number;
}

const FLOAT = 4;
/** Pixels of the short side of a frame: stores know the aspect alone. */
const SHORT_SIDE = 256;

/** Multiply-adds of a CLIP's picture tower on a picture of so many patches. */
export function pictureOperations({ patchSize, ...tower }: ClipModelVisionConfig, patches: number): number {
  const { hiddenSize: width, intermediateSize: hidden, numHiddenLayers } = tower;
  const tokens = patches + 1;
  return (
    patches * 3 * patchSize ** 2 * width +
    numHiddenLayers * blockOperations({ keys: tokens, queries: tokens, width, hidden })
  );
}

/** What a set's stores come to; that of scores as `tgm score` would fill it. */
export function stores(videos: Videos, settings: StoreSettings): Stores {
  const { captions, aspect, scoredSeconds, detail } = settings;
  const { visionConfig, projectionDim } = TEACHERS[settings.teacher];
  const size = scoreStoreSize({
    encoder: { pictureSize: wholePictures(visionConfig.imageSize, visionConfig.patchSize) },
    video: {
      height: SHORT_SIDE,
      width: Math.max(1, Math.round(SHORT_SIDE * aspect)),
      seconds: videos.seconds,
      fps: videos.frameRate,
    },
    videos: videos.count,
    captions,
    ...(scoredSeconds !== undefined && { frames: { seconds: scoredSeconds } }),
    ...(detail !== undefined && { detail }),
  });
  return {
    scores: size.bytes,
    captions: videos.count * captions * projectionDim * FLOAT,
    shards: (videos.count * videos.seconds * settings.megabits * 1e6) / 8,
    scoredFrames: size.framesToScore,
    scoring: size.framesToScore * pictureOperations(visionConfig, size.rows * size.columns),
  };
}
