import type { PictureTextEncoder } from '@tgm/masking';
import { nested, number, objectWith, optional, optionTable, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import { captionDigest } from './caption-digest.js';
import { blankName, type StoredVideo, scoresName, squareName, timesName } from './score-folder.js';
import { type ScoredFrames, scoredFrames, scoredFramesField } from './scored-frames.js';
import { DETAIL, SECONDS } from './write-scores.js';

export interface ScoreStoreSizeOptions {
  readonly encoder: Pick<PictureTextEncoder, 'pictureSize'>;
  /** What the videos are like. Width and height are those of a frame as it is shown. */
  readonly video: {
    readonly width: number;
    readonly height: number;
    readonly seconds: number;
    readonly fps: number;
  };
  /** How many there are. Default 1. */
  readonly videos?: number;
  /** Of each video. Default 3, as the paper has them. */
  readonly captions?: number;
  /** As of `writeScores`. */
  readonly frames?: ScoredFrames;
  /** As of `writeScores`. */
  readonly detail?: number;
}

/** What a store will take. */
export interface ScoreStoreSize {
  /** Scored frames of a video. */
  readonly frames: number;
  /** Cells of a map. */
  readonly rows: number;
  readonly columns: number;
  /** Bytes of a video. */
  readonly bytesPerVideo: number;
  /** Bytes of all videos. */
  readonly bytes: number;
  /** Frames of all videos, which the encoder has to see. */
  readonly framesToScore: number;
}

const OPTIONS = optionTable(
  'scoreStoreSize',
  {
    encoder: objectWith<Pick<PictureTextEncoder, 'pictureSize'>>('an encoder of whole pictures', [
      'pictureSize',
    ]),
    video: nested({
      width: wholeNumber({ from: 1 }),
      height: wholeNumber({ from: 1 }),
      seconds: number({ above: 0 }),
      fps: number({ above: 0 }),
    }),
    videos: optional(wholeNumber({ from: 1 }), 1),
    captions: optional(wholeNumber({ from: 1 }), 3),
    frames: optional(scoredFramesField(), { seconds: SECONDS }),
    detail: optional(number({ above: 0 }), DETAIL),
  } satisfies Record<keyof ScoreStoreSizeOptions, unknown>,
  TrainError,
);

/** An id of 11 letters, as YouTube's are. */
const ID = 'abcdefghijk';

/** Bytes of a half float and of a time. */
const [SCORE_BYTES, TIME_BYTES] = [2, 8];

/**
 * What `writeScores` will write, before it does: numbers exactly, names for ids of 11 letters.
 *
 * @throws TrainError `OPTION_INVALID`
 */
export function scoreStoreSize(options: ScoreStoreSizeOptions): ScoreStoreSize {
  const { encoder, video, videos, captions, frames: policy, detail } = OPTIONS.check(options);
  const { width, height, seconds, fps } = video;
  const count = Math.max(1, Math.round(seconds * fps));
  const times = Float64Array.from({ length: count }, (_, frame) => frame / fps);
  const frames = scoredFrames(policy, times, { first: 0, count }).length;
  const { rows, columns } = encoder.pictureSize({ width, height }, detail);
  const side = encoder.pictureSize({ width: 1, height: 1 }).rows;
  const cells = (frames + 1) * rows * columns + side * side;
  const numbers = frames * TIME_BYTES + captions * cells * SCORE_BYTES;
  const digests = Array.from({ length: captions }, (_, at) => captionDigest(String(at)));
  const stored: StoredVideo = {
    ...{ id: ID, captions: digests, frames, rows, columns, side },
    width,
    height,
  };
  const entry = (name: string, shape: readonly number[]): string =>
    JSON.stringify({ [name]: { dtype: 'F16', shape, data_offsets: [10_000_000, 10_000_000] } });
  const names = [
    entry(timesName(ID), [frames]),
    ...digests.flatMap((digest) => [
      entry(scoresName(ID, digest), [frames, rows, columns]),
      entry(blankName(ID, digest), [rows, columns]),
      entry(squareName(ID, digest), [side, side]),
    ]),
    JSON.stringify(stored),
  ];
  const bytesPerVideo = numbers + names.reduce((sum, { length }) => sum + length, 0);
  return {
    frames,
    rows,
    columns,
    bytesPerVideo,
    bytes: videos * bytesPerVideo,
    framesToScore: videos * frames,
  };
}
