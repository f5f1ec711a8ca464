import { seededRandom, type TokenGrid, type TokenMotion } from '@tgm/masking';
import { objectWith, optional, optionTable, wholeNumber } from '@tgm/options';
import {
  type LoadedClip,
  type SampleLoader,
  sampleAt,
  sampleLoader,
  type UntoldRecipe,
  type VideoDataset,
  type VideoPool,
  type VideoSample,
} from '@tgm/video-io';
import { TrainError } from '../errors.js';
import { seedField } from '../seed-field.js';
import { isFileFault } from './example-fault.js';
import { datasetField, poolField } from './option-fields.js';
import { tokenMotion } from './token-motion.js';

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
  /** How videos become clips, in the model's size; `testRecipe` spreads them evenly. */
  readonly recipe: UntoldRecipe;
  /** The model's tokens. */
  readonly grid: TokenGrid;
  /** Videos in hand at once: a few more than the pool has workers keeps them busy. */
  readonly concurrency: number;
  /** Of what the recipe draws, if it does. Default 0. */
  readonly seed?: number | string;
  readonly signal?: AbortSignal;
}

const OPTIONS = optionTable(
  'decodeClips',
  {
    dataset: datasetField(),
    pool: poolField(),
    recipe: objectWith<UntoldRecipe>('a recipe', ['size', 'clips', 'plan']),
    grid: objectWith<TokenGrid>('a grid of tokens', ['slices', 'rows', 'columns']),
    concurrency: wholeNumber({ from: 1 }),
    seed: optional(seedField(), 0),
    signal: optional(objectWith<AbortSignal>('an AbortSignal', ['aborted'])),
  } satisfies Record<keyof DecodeClipsOptions, unknown>,
  TrainError,
);

/**
 * Decodes every sample of a data set once, pixels and motion vectors in one pass; yields them in order. A video that
 * cannot be read gives its error in place of clips: what becomes of it is the caller's choice. Clips that are the same, as
 * in a video that is too short for several, are given once.
 *
 * Everything stays in memory at the model's size: T * height * width * 3 bytes a clip. `videoExamples` keeps nothing.
 *
 * @throws {TrainError} `OPTION_INVALID`.
 * @throws {VideoError} what is no video's fault, in the turn of the sample at which it was met; the data set's errors too.
 */
export async function* decodeClips(options: DecodeClipsOptions): AsyncGenerator<DecodedSample> {
  const { dataset, pool, recipe, grid, concurrency, seed, signal } = OPTIONS.check(options);
  const clipsOf = sampleLoader({ pool, recipe, motion: true });
  const inHand: Promise<DecodedSample>[] = [];
  try {
    for (let index = 0; (index < dataset.length || inHand.length > 0) && !signal?.aborted; ) {
      for (; inHand.length < concurrency && index < dataset.length; index++) {
        const decoded = sampleAt(dataset, index).then((sample) => decodeSample(sample, clipsOf, grid, seed));
        // It is awaited in its turn. Avoids an unhandled rejection until then.
        decoded.catch(() => undefined);
        inHand.push(decoded);
      }
      yield await inHand.shift()!;
    }
  } finally {
    await Promise.allSettled(inHand);
  }
}

async function decodeSample(
  sample: VideoSample,
  clipsOf: SampleLoader,
  grid: TokenGrid,
  seed: number | string,
): Promise<DecodedSample> {
  try {
    const clips = await clipsOf(sample, seededRandom(seed, 'decode', sample.id));
    const different = new Map(clips.map((clip) => [shownBy(clip), clip]));
    const decoded = [...different.values()].map((clip, at) => clipOf(clip, at, sample, grid));
    return { sample, clips: decoded };
  } catch (error) {
    if (isFileFault(error)) return { sample, error };
    throw error;
  }
}

/** Equal for clips of a video that show the same. */
function shownBy({ indices, geometry: { crop }, flipped }: LoadedClip): string {
  return [...indices, crop.x, crop.y, crop.width, crop.height, flipped].join();
}

function clipOf(clip: LoadedClip, at: number, sample: VideoSample, grid: TokenGrid): DecodedClip {
  return {
    id: at === 0 ? sample.id : `${sample.id}#${at + 1}`,
    sample,
    frames: clip.frames,
    frameCount: clip.indices.length,
    ...clip.geometry.size,
    motion: tokenMotion(clip, grid),
  };
}
