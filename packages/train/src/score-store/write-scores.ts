import { mkdir } from 'node:fs/promises';
import type { PictureTextEncoder } from '@tgm/masking';
import { orFailed } from '@tgm/models';
import {
  callable,
  flag,
  number,
  objectWith,
  optional,
  optionTable,
  showValue,
  text,
  wholeNumber,
} from '@tgm/options';
import type { VideoDataset, VideoLimits, VideoPool } from '@tgm/video-io';
import { describeDataset } from '../data/describe-dataset.js';
import { inOrder } from '../data/in-order.js';
import { datasetField, poolField } from '../data/option-fields.js';
import { TrainError } from '../errors.js';
import { scoreFault, scoreFolder } from './score-folder.js';
import { type ScoredFrames, scoredFramesField } from './scored-frames.js';
import { scoredVideos } from './scored-videos.js';
import { type ScoreProgress, type WrittenScores, writeScoreShards } from './write-score-shards.js';

export interface WriteScoresOptions {
  /** It is made where it is missing. */
  readonly folder: string;
  /** Each sample is scored against each of its captions. */
  readonly dataset: VideoDataset;
  readonly pool: VideoPool;
  /** Such as `clipModelPatchTextEncoder` makes. */
  readonly encoder: PictureTextEncoder;
  /** Which frames are scored. Between them scores are interpolated when they are used. Default `{ seconds: 0.125 }`. */
  readonly frames?: ScoredFrames;
  /**
   * Patches along the short side of a picture, for each that the encoder's own pictures have there. The clips of a training show parts
   * of a picture, which the encoder would see larger. Twice as many are four times the size and the work. Default 1.5.
   */
  readonly detail?: number;
  /** Samples of a shard: what is lost at most when a run is stopped. Default 32. */
  readonly shardSize?: number;
  /** This process among `ranks` that share the shards: shard number modulo `ranks`. Default the only one. */
  readonly rank?: number;
  readonly ranks?: number;
  /**
   * Makes shards anew in which a sample has no scores, for files and captions that were mended. Default false: what was left out
   * stays so.
   */
  readonly retryLeftOut?: boolean;
  /** What a video may cost. Default: the pool's own limits. */
  readonly limits?: Partial<VideoLimits>;
  readonly onProgress?: (progress: ScoreProgress) => void;
  /** Ends the work, and any wait for a video or the encoder, whose answer is lost then. Whole shards stay. */
  readonly signal?: AbortSignal;
}

/**
 * About the time between two frames of the published recipes: stride 4 at 30 a second is 0.13 s. With 0.25 s masks have a hundredth
 * less in common with those of scoring each clip (`npm run trust -- --only store`).
 */
export const SECONDS = 0.125;
/** Crops of pre-training are 0.66 to 1 of the short side (`multiScaleCrop`). */
export const DETAIL = 1.5;
/** ViT-B/32 takes some 15 s for a video of 10 s on two cores: some minutes are lost when a run is stopped. */
const SHARD_SAMPLES = 32;

export const writeScoresOptions = optionTable(
  'writeScores',
  {
    folder: text(),
    dataset: datasetField(),
    pool: poolField(),
    encoder: objectWith<PictureTextEncoder>('an encoder of whole pictures and texts', [
      'encodePatches',
      'encodeText',
      'pictureSize',
      'describe',
      'digest',
    ]),
    frames: optional(scoredFramesField(), { seconds: SECONDS }),
    detail: optional(number({ above: 0 }), DETAIL),
    shardSize: optional(wholeNumber({ from: 1 }), SHARD_SAMPLES),
    rank: optional(wholeNumber({ from: 0 }), 0),
    ranks: optional(wholeNumber({ from: 1 }), 1),
    retryLeftOut: optional(flag(), false),
    limits: optional(objectWith<Partial<VideoLimits>>('limits', [])),
    onProgress: optional(callable<(progress: ScoreProgress) => void>()),
    signal: optional(
      objectWith<AbortSignal>('an AbortSignal', ['aborted', 'throwIfAborted', 'addEventListener']),
    ),
  } satisfies Record<keyof WriteScoresOptions, unknown>,
  TrainError,
);

/**
 * Scores videos against their captions and keeps the scores in a folder, shard by shard, so that no training has the text-image model
 * in its steps: maps of the whole pictures, their aspect kept, as half floats in safetensors files.
 *
 * Files appear whole or not at all. A run that was stopped or killed goes on behind its last whole shard when it is called again, and
 * the files are those of a run that was not. A sample without a caption, or whose file cannot be read, has no scores; the shard says
 * why.
 *
 * @throws TrainError `OPTION_INVALID`, `NO_EXAMPLES` for an empty data set; `SCORES_DIFFER` where the folder holds scores of other
 *   samples, captions, weights or settings, which it names; `SCORES_LOCKED`, `SCORES_DAMAGED`, `SCORES_FAILED`; `EXAMPLE_FAILED` for
 *   what is no file's fault, such as an encoder that throws; what the encoder's `pictureSize` throws for a `detail` that it does not
 *   read. Rejects with the signal's reason.
 */
export async function writeScores(options: WriteScoresOptions): Promise<WrittenScores> {
  const checked = writeScoresOptions.check(options);
  const { folder, dataset, encoder, frames, detail, shardSize, rank, ranks } = checked;
  if (rank >= ranks)
    throw new TrainError('OPTION_INVALID', {
      where: 'writeScores, option rank',
      expected: `below ranks, ${ranks}`,
      received: showValue(rank),
    });
  // An encoder refuses a detail that it does not read: here it is no sample's fault yet.
  encoder.pictureSize({ height: 1, width: 1 }, detail);
  const samples = inOrder(scoredVideos(checked));
  const index = {
    shardSize,
    samples: dataset.length,
    dataset: await describeDataset(dataset),
    frames,
    detail,
    encoder: encoder.describe(),
    weights: await encoder.digest(),
  };
  await orFailed(scoreFault, folder, 'a folder that can be made', mkdir(folder, { recursive: true }));
  const files = scoreFolder(folder);
  const free = await files.claim(rank, ranks);
  try {
    return await writeScoreShards({ ...checked, files, stored: await files.openIndex(index), samples });
  } finally {
    await free();
  }
}
