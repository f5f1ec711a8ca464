import { optionTable } from '@tgm/options';
import { VideoError } from '../errors.js';
import { count, iterable } from '../option-fields.js';
import type { Size } from '../video.js';
import type { LoadedSample } from './clip-loader.js';
import type { LoadedClip } from './sample-loader.js';

/** Clips end to end, as a model takes them. */
export interface ClipBatch {
  /** [B, T, height, width, 3] RGB, 0-255; B = samples * clips of each. */
  readonly frames: Uint8Array;
  /** B, T. */
  readonly count: number;
  readonly frameCount: number;
  readonly size: Size;
  /** [samples] in order; clip b is of sample floor(b / clips of each). */
  readonly samples: readonly LoadedSample[];
  /** [B] with motion, times and geometry; their `frames` are parts of the batch's. */
  readonly clips: readonly LoadedClip[];
  /** Seconds that the caller was kept waiting. */
  readonly waitSeconds: number;
}

const OPTIONS = optionTable('clipBatches', { samples: count() }, VideoError);
const ARGUMENTS = optionTable(
  'clipBatches',
  { loader: iterable<AsyncIterable<LoadedSample>>('what clipLoader() gives') },
  VideoError,
);

/**
 * Joins the clips of `samples` samples at a time. The last, incomplete batch of all is left out. When a batch is given,
 * the loader's `state()` is just behind it.
 *
 * @throws {VideoError} `OPTION_INVALID`, and what the loader throws.
 */
export async function* clipBatches(
  loader: AsyncIterable<LoadedSample>,
  options: { readonly samples: number },
): AsyncGenerator<ClipBatch> {
  const { samples } = OPTIONS.check(options);
  ARGUMENTS.check({ loader });
  let collected: LoadedSample[] = [];
  for await (const sample of loader) {
    collected.push(sample);
    if (collected.length < samples) continue;
    yield joined(collected);
    collected = [];
  }
}

function joined(samples: readonly LoadedSample[]): ClipBatch {
  const separate = samples.flatMap(({ clips }) => clips);
  const [first] = separate;
  const { length } = first!.frames;
  const frames = new Uint8Array(length * separate.length);
  const clips = separate.map((clip, b) => {
    const part = frames.subarray(b * length, (b + 1) * length);
    part.set(clip.frames);
    return { ...clip, frames: part };
  });
  return {
    frames,
    count: clips.length,
    frameCount: first!.times.length,
    size: first!.geometry.size,
    samples,
    clips,
    waitSeconds: samples.reduce((sum, { waitSeconds }) => sum + waitSeconds, 0),
  };
}
