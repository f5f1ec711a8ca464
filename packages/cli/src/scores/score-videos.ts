import type { PictureTextEncoder } from '@tgm/masking';
import { type ScoreProgress, type WrittenScores, writeScores } from '@tgm/train';
import { type VideoDataset, videoPool } from '@tgm/video-io';
import { partOf } from '../config/part.js';
import { CliError } from '../program/errors.js';
import { type ScoreVideosOptions, scoreTable } from './score-section.js';
import { type StoreEstimate, storeEstimate } from './store-estimate.js';

export interface ScoreListeners {
  /** Hears how large the store is going to be, before anything is written. */
  readonly onEstimate?: (estimate: StoreEstimate) => void;
  readonly onProgress?: (progress: ScoreProgress) => void;
  /** Ends the work behind the video in hand. */
  readonly signal?: AbortSignal;
}

/**
 * Scores the frames of a data set's videos, or of this part of them, against their captions, into a folder for
 * `storedTextCues` of `@tgm/train`. A folder that is there goes on. A video that cannot be read, or has no caption, is left out.
 *
 * @param encoder such as `openTeacher` gives.
 * @throws CliError `OPTION_INVALID`; `INPUT_INVALID` where no video has a caption; `VIDEOS_INVALID` where more videos than `refusedShare`
 *   are left out, or all. TrainError as `writeScores`. Rejects with the signal's reason.
 */
export async function scoreVideos(
  dataset: VideoDataset,
  encoder: PictureTextEncoder,
  options: ScoreVideosOptions,
  { onEstimate, onProgress, signal }: ScoreListeners = {},
): Promise<WrittenScores> {
  const { output, shard, threads, refusedShare, limits, ...own } = scoreTable.check(options);
  const { index: rank, count: ranks } = partOf(shard)!;
  const pool = videoPool({ workers: threads });
  const stop = new AbortController();
  const tell = (progress: ScoreProgress): void => {
    onProgress?.(progress);
    leftOut += progress.leftOut.length;
    if (leftOut > Math.ceil(refusedShare * progress.total)) stop.abort(tooMany(leftOut, progress.total));
  };
  let leftOut = 0;
  try {
    const estimate = await storeEstimate(dataset, { ...own, encoder, pool, limits }, signal);
    if (estimate.captioned === 0) throw silent(dataset, estimate);
    onEstimate?.(estimate);
    const written = await writeScores({
      ...own,
      ...{ folder: output, dataset, pool, encoder, rank, ranks },
      ...(limits && { limits }),
      onProgress: tell,
      signal: AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]),
    });
    // The last video may be the one too many.
    stop.signal.throwIfAborted();
    return written;
  } finally {
    await pool.close();
  }
}

const silent = ({ name }: VideoDataset, { videos }: StoreEstimate): CliError =>
  new CliError('INPUT_INVALID', {
    where: name,
    expected: 'captions to score videos against',
    received: `none in the ${videos} samples that were looked at`,
    advice:
      'Give --captions <file> of tgm caption, or --templates "a video of {}" where videos have classes: tgm data tells.',
  });

const tooMany = (leftOut: number, total: number): CliError =>
  new CliError('VIDEOS_INVALID', {
    where: 'score.refusedShare',
    expected: 'fewer videos without scores',
    received: `${leftOut} of ${total}`,
    advice: 'Raise it by --refused-share, or mend the videos and give --retry-left-out.',
  });
