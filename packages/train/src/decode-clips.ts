import { motionCue, type TokenGrid, type TokenMotion } from '@tgm/masking';
import { showValue } from '@tgm/options';
import type { VideoClip, VideoDataset, VideoInfo, VideoPool, VideoSample } from '@tgm/video-io';
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
  /** Clips taken from each video, spread evenly over it. Default 1, from its middle. */
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
 */
export async function* decodeClips(options: DecodeClipsOptions): AsyncGenerator<DecodedSample> {
  const { dataset, concurrency, signal } = options;
  const inHand: Promise<DecodedSample>[] = [];
  for (let index = 0; (index < dataset.length || inHand.length > 0) && !signal?.aborted; ) {
    while (inHand.length < concurrency && index < dataset.length) {
      inHand.push(decodeSample(options, index));
      index += 1;
    }
    yield await inHand.shift()!;
  }
  await Promise.allSettled(inHand);
}

async function decodeSample(options: DecodeClipsOptions, index: number): Promise<DecodedSample> {
  const { dataset, pool, frames, stride, clipsPerVideo = 1, height, width } = options;
  const sample = await dataset.at(index);
  try {
    const info = await pool.probe(sample.source, { countFrames: true });
    const indices = clipWindows({ ...partOf(sample, info), count: clipsPerVideo, frames, stride });
    const decoded = await pool.decode(sample.source, {
      indices: indices.flat(),
      size: { width, height },
      motion: true,
    });
    return { sample, clips: indices.map((_, clip) => clipOf(options, sample, decoded, clip)) };
  } catch (error) {
    return { sample, error: error as Error };
  }
}

/**
 * The frames that a sample is about: all of the video, or those between its `start` and `end` at the mean frame rate.
 *
 * @throws TrainError `SECTION_OUT_OF_RANGE` when it begins behind the video's end, or the frame rate is not known.
 */
function partOf(
  { source, start = 0, end }: VideoSample,
  { frames, fps }: VideoInfo,
): { first: number; available: number } {
  const first = Math.round(start * fps);
  if (first >= frames || (fps === 0 && (start > 0 || end !== undefined))) {
    throw new TrainError('SECTION_OUT_OF_RANGE', {
      where: source,
      expected: `a section inside ${frames} frames at ${fps} fps`,
      received: `one from ${start} s`,
    });
  }
  const past = end === undefined ? frames : Math.min(Math.round(end * fps), frames);
  return { first, available: Math.max(past - first, 1) };
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

/** [clips][frames] source frame numbers of clips spread evenly; a single one lies in the middle. A short video repeats its last frame. */
export function clipWindows({ first, available, count, frames, stride }: ClipWindows): number[][] {
  if (!Number.isInteger(count) || count < 1) {
    throw new TrainError('OPTION_INVALID', {
      where: 'clipWindows, option count',
      expected: 'a whole number from 1',
      received: showValue(count),
    });
  }
  const room = Math.max(available - ((frames - 1) * stride + 1), 0);
  const starts = Array.from({ length: count }, (_, clip) => Math.floor(((room + 1) * (clip + 0.5)) / count));
  return [...new Set(starts)].map((start) =>
    Array.from({ length: frames }, (_, frame) => first + Math.min(start + frame * stride, available - 1)),
  );
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
