import { motionCue, type TokenGrid, type TokenMotion } from '@tgm/masking';
import { showValue } from '@tgm/options';
import {
  denseViews,
  framesOfSection,
  type VideoClip,
  type VideoDataset,
  VideoError,
  type VideoPool,
  type VideoSample,
} from '@tgm/video-io';
import { TrainError } from './errors.js';

/** Frames of one video in the model's size, with their motion by token. */
export interface DecodedClip {
  /** The sample's id; "#2" and so on behind it for further clips of the same video. */
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

/** What came of one sample: its clips, or the reason why there are none. */
export type DecodedSample =
  | { readonly sample: VideoSample; readonly clips: readonly DecodedClip[] }
  | { readonly sample: VideoSample; readonly error: Error };

export interface DecodeClipsOptions {
  readonly dataset: VideoDataset;
  readonly pool: VideoPool;
  readonly grid: TokenGrid;
  /** T. */
  readonly frames: number;
  /** Source frames from one sampled frame to the next. */
  readonly stride: number;
  readonly height: number;
  readonly width: number;
  /** Clips taken from each video, the first at its start, the last at its end. Default 1, from its middle. */
  readonly clipsPerVideo?: number;
  /** Videos in hand at once: a few more than the pool has workers keeps them busy. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
}

/**
 * Decodes every sample of a data set once, pixels and motion vectors in one pass; yields them in order. A video that
 * cannot be read gives its error in place of clips: what becomes of it is the caller's choice.
 *
 * Everything stays in memory at the model's size: T * height * width * 3 bytes a clip.
 *
 * @throws {VideoError} what is no video's fault, in the turn of the sample at which it was met; the data set's errors too.
 */
export async function* decodeClips(options: DecodeClipsOptions): AsyncGenerator<DecodedSample> {
  const { dataset, concurrency, signal } = options;
  const inHand: Promise<DecodedSample>[] = [];
  try {
    for (let index = 0; (index < dataset.length || inHand.length > 0) && !signal?.aborted; ) {
      for (; inHand.length < concurrency && index < dataset.length; index++) {
        const sample = decodeSample(options, index);
        // It is awaited in its turn. Avoids an unhandled rejection until then.
        sample.catch(() => undefined);
        inHand.push(sample);
      }
      yield await inHand.shift()!;
    }
  } finally {
    await Promise.allSettled(inHand);
  }
}

async function decodeSample(options: DecodeClipsOptions, index: number): Promise<DecodedSample> {
  const { dataset, pool, frames, stride, clipsPerVideo = 1, height, width } = options;
  const sample = await dataset.at(index);
  try {
    const { source, start, end } = sample;
    const timeline = await pool.timeline(source);
    const { first, count: available } = framesOfSection(timeline, { start, end }, source);
    const indices = clipWindows({ first, available, count: clipsPerVideo, frames, stride });
    const decoded = await pool.decode(source, {
      indices: indices.flat(),
      size: { width, height },
      motion: true,
    });
    return { sample, clips: indices.map((_, clip) => clipOf(options, sample, decoded, clip)) };
  } catch (error) {
    if (error instanceof VideoError && error.fault === 'file') return { sample, error };
    throw error;
  }
}

/** Where clips are to be taken from. */
export interface ClipWindows {
  /** First usable frame, and how many are usable from there. */
  readonly first: number;
  readonly available: number;
  /** Clips wanted. Fewer come from a video with less room. */
  readonly count: number;
  /** Frames of a clip and source frames from one to the next. */
  readonly frames: number;
  readonly stride: number;
}

/**
 * [clips][frames] source frame numbers: `denseViews` of video-io inside the part that is asked for, without those that
 * are the same, as in short videos.
 *
 * @throws {TrainError} `OPTION_INVALID`
 */
export function clipWindows({ first, available, count, frames, stride }: ClipWindows): number[][] {
  if (!Number.isInteger(count) || count < 1) {
    throw new TrainError('OPTION_INVALID', {
      where: 'clipWindows, option count',
      expected: 'a whole number from 1',
      received: showValue(count),
    });
  }
  const views = denseViews({ frames: available, count: frames, stride }, count);
  const distinct = new Map(views.map((view) => [view[0], view]));
  return [...distinct.values()].map((view) => view.map((frame) => first + frame));
}

function clipOf(
  options: DecodeClipsOptions,
  sample: VideoSample,
  decoded: VideoClip,
  clip: number,
): DecodedClip {
  const { grid, frames, stride, height, width } = options;
  const size = frames * height * width * 3;
  const { vectors, known, rows, columns, cell } = decoded.motion!;
  const cells = frames * rows * columns;
  const part = {
    rows,
    columns,
    cell,
    vectors: vectors.subarray(clip * cells * 2, (clip + 1) * cells * 2),
    known: known.subarray(clip * cells, (clip + 1) * cells),
  };
  return {
    id: clip === 0 ? sample.id : `${sample.id}#${clip + 1}`,
    sample,
    frames: decoded.frames.subarray(clip * size, (clip + 1) * size),
    frameCount: frames,
    height,
    width,
    motion: motionCue(part, grid, { width, height, framesPerSlice: (frames / grid.slices) * stride }),
  };
}
