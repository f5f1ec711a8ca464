import { eitherOf, flag, number, objectWith, optional, optionTable, text, wholeNumber } from '@tgm/options';
import { seededRandom } from '@tgm/random';
import { someLimits, type VideoLimits } from '../container/limits.js';
import { sampleAt } from '../datasets/sample.js';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import { poolField } from '../pool/pool-field.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { VideoDataset, VideoSample } from '../video.js';
import { type BadSamplePolicy, badSamplePolicy, badSamples } from './bad-samples.js';
import { checkState, type LoaderState } from './loader-state.js';
import type { UntoldRecipe } from './recipe.js';
import { recipeField } from './recipe-field.js';
import { isSampleFault } from './sample-fault.js';
import { type LoadedClip, sampleLoader } from './sample-loader.js';
import { sampleOrder } from './sample-order.js';

export interface ClipLoaderOptions {
  readonly dataset: VideoDataset;
  readonly pool: VideoPool;
  readonly recipe: UntoldRecipe;
  /** All chance comes from (seed, epoch, sample id). */
  readonly seed: number | string;
  /** Passes over the data set, at least 1. */
  readonly epochs: number;
  /** Each epoch in an order of its own. Default true. */
  readonly shuffle?: boolean;
  /** This process among `ranks` that share the data set. Default the only one. */
  readonly rank?: number;
  readonly ranks?: number;
  /** Also give motion vectors. Default false. */
  readonly motion?: boolean;
  /** Samples in hand, decoded or on their way: the bound on memory. Default twice the pool's threads, and at least 4. */
  readonly prefetch?: number;
  readonly badSamples: BadSamplePolicy;
  /** What a video may cost. Default: the pool's own limits. */
  readonly limits?: Partial<VideoLimits>;
  /** Goes on where another loader stood. */
  readonly state?: LoaderState;
  readonly signal?: AbortSignal;
}

const OPTIONS = optionTable(
  'clipLoader',
  {
    dataset: fields.dataset(),
    pool: poolField(),
    recipe: recipeField(),
    seed: eitherOf('a number or a text', number(), text()),
    epochs: fields.count(),
    shuffle: optional(flag(), true),
    rank: optional(wholeNumber({ from: 0 }), 0),
    ranks: optional(fields.count(), 1),
    motion: optional(flag(), false),
    prefetch: optional(fields.count()),
    badSamples: badSamplePolicy(),
    limits: optional(someLimits(), {}),
    state: optional(objectWith<LoaderState>("what a loader's state() gave", [])),
    signal: optional(fields.signal()),
  } satisfies Record<keyof ClipLoaderOptions, unknown>,
  VideoError,
);

/** The clips of one sample. */
export interface LoadedSample {
  readonly sample: VideoSample;
  readonly epoch: number;
  /** Place in the epoch's order of this rank. */
  readonly place: number;
  /** As many as the recipe's `clips`. */
  readonly clips: readonly LoadedClip[];
  /** Seconds for which the loader kept its caller waiting for this. */
  readonly waitSeconds: number;
}

export interface ClipLoader extends AsyncIterable<LoadedSample> {
  /** Where a loader must go on so that it gives what this one has not given yet. */
  state(): LoaderState;
}

/**
 * Loads clips ahead of the caller: samples in the order of (seed, epoch), decoded on the pool's threads, given in that
 * order whichever is ready first. Nothing new is begun while `prefetch` samples are in hand, so memory is bounded by
 * prefetch * clips * T * height * width * 3 bytes.
 *
 * What is given depends on the options only: not on the number of threads, on timing, or on where a run was stopped and
 * resumed. It may be iterated once at a time; a second iteration goes on where the first one stopped.
 *
 * @throws {VideoError} `OPTION_INVALID`, `STATE_MISMATCH`; while iterating what a sample's video gives under `fail`,
 * `TOO_MANY_BAD_SAMPLES`, `SYSTEM_FAILED`, `WORKER_FAILED`, `MANIFEST_INVALID`.
 */
export function clipLoader(given: ClipLoaderOptions): ClipLoader {
  const options = OPTIONS.check(given);
  const { dataset, pool, recipe, seed, epochs, shuffle, rank, ranks, motion, limits, signal } = options;
  const prefetch = options.prefetch ?? Math.max(2 * pool.workers, 4);
  const { length } = dataset;
  const order = sampleOrder({ length, seed, shuffle, rank, ranks });
  const orderFacts = { dataset: dataset.name, length, seed, shuffle, rank, ranks };
  if (options.state) checkState(options.state, orderFacts);
  const clipsOf = sampleLoader({ pool, recipe, motion, limits });
  const bad = badSamples(options.badSamples, options.state?.bad ?? []);
  // Whoever iterates hears of its failure.
  bad.catch(() => undefined);
  let badIds: ReadonlySet<string> = new Set(options.state?.bad);
  /** The next sample to be given. */
  let at = { epoch: options.state?.epoch ?? 0, place: options.state?.place ?? 0 };

  const after = ({ epoch, place }: Position): Position =>
    place + 1 < order.perEpoch ? { epoch, place: place + 1 } : { epoch: epoch + 1, place: 0 };

  async function load(position: Position): Promise<Attempt> {
    const { epoch, place } = position;
    const sample = await sampleAt(dataset, order.at(epoch, place));
    if ((await bad).has(sample)) return { position, sample, result: [] };
    const result = await clipsOf(sample, seededRandom(seed, 'clips', epoch, sample.id)).catch(
      (error: unknown) => {
        if (isSampleFault(error)) return error;
        throw error;
      },
    );
    return { position, sample, result };
  }

  async function* iterate(): AsyncGenerator<LoadedSample> {
    const left = await bad;
    badIds = left.ids;
    const inHand: Promise<Attempt>[] = [];
    let next = at;
    let asked = performance.now();
    try {
      while (!signal?.aborted) {
        for (; inHand.length < prefetch && next.epoch < epochs; next = after(next)) {
          const attempt = load(next);
          // It is awaited in its turn. Avoids an unhandled rejection until then.
          attempt.catch(() => undefined);
          inHand.push(attempt);
        }
        const oldest = inHand.shift();
        if (oldest === undefined) return;
        const { position, sample, result } = await oldest;
        if (signal?.aborted) return;
        // A sample that was found bad after this one was begun is left out too, or the order would depend on timing.
        if (!left.has(sample) && result instanceof VideoError) await left.add(sample, result);
        at = after(position);
        if (left.has(sample) || result instanceof VideoError) continue;
        const waitSeconds = (performance.now() - asked) / 1000;
        yield { sample, ...position, clips: result, waitSeconds };
        asked = performance.now();
      }
    } finally {
      await Promise.allSettled(inHand);
    }
  }

  return {
    [Symbol.asyncIterator]: iterate,
    state: () => ({ ...at, bad: [...badIds], order: orderFacts }),
  };
}

interface Position {
  readonly epoch: number;
  readonly place: number;
}

/** A sample that was tried: its clips, none if it is known to be bad, or why there are none. */
interface Attempt {
  readonly position: Position;
  readonly sample: VideoSample;
  readonly result: readonly LoadedClip[] | VideoError;
}
