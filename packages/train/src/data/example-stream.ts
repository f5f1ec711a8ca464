import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { ReplacedSample } from '../trainer/batches.js';
import type { BadExamples } from './bad-examples.js';
import { type ExampleOrder, exampleOrder } from './example-order.js';
import type {
  DrawnExample,
  ExampleBatch,
  ExampleSource,
  ExampleStream,
  OpenOptions,
  TrainingExample,
} from './examples.js';
import { type PlaceInHand, placeInHand } from './place-in-hand.js';
import { samplesInHand } from './samples-in-hand.js';

/** Where a stream stands. */
export type StreamPlace = {
  /** Examples of the global order that were given, to all ranks. */
  readonly example: number;
  /** Ids of the samples that are known to be bad. */
  readonly bad: readonly string[];
};

export interface ExampleStreamParts<Cues extends object> {
  readonly source: ExampleSource<Cues>;
  readonly seed: number | string;
  readonly rank: number;
  readonly ranks: number;
  /** The first example of the global order. */
  readonly start: number;
  readonly prefetch: number | undefined;
  readonly bad: BadExamples;
  readonly require: OpenOptions['require'];
}

/** One rank's stream. See `shuffled`. */
export function exampleStream<Cues extends object>(parts: ExampleStreamParts<Cues>): ExampleStream<Cues> {
  const { source, seed, rank, ranks, bad } = parts;
  const { perSample = 1, parallel } = source;
  const order: ExampleOrder = exampleOrder(source.length, seed);
  const running = new Set<Promise<unknown>>();
  const inHand = new Map<number, PlaceInHand<Cues>>();
  /** The sample whose examples are being given. */
  let open: { readonly place: number; readonly examples: readonly TrainingExample<Cues>[] } | undefined;
  /** The first example of the next batch, in the global order. */
  let first = parts.start;
  let lastCount: number | undefined;
  let ended: { readonly error: unknown } | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** The example of the global order that this rank takes as its number `nth` from the next batch on. */
  const exampleAt = (nth: number, count: number): number =>
    first + (Math.floor(nth / count) * ranks + rank) * count + (nth % count);

  /** Begins loads until enough are in hand, those that are needed first, first. */
  function begin(from: number, count: number): void {
    const most = parts.prefetch ?? samplesInHand(parallel, Math.ceil(count / perSample));
    for (let nth = from; inHand.size < most; nth++) {
      const place = Math.floor(exampleAt(nth, count) / perSample);
      if (place !== open?.place && !inHand.has(place)) inHand.set(place, loading(place));
    }
  }

  function loading(place: number): PlaceInHand<Cues> {
    const closed = () => ended !== undefined;
    const begun = placeInHand({ source, order, place, bad, closed, require: parts.require });
    const ahead = begun.ahead().finally(() => running.delete(ahead));
    running.add(ahead);
    return begun;
  }

  async function take(count: number): Promise<ExampleBatch<Cues>> {
    // Ranks take turns of `count`; with another count, other samples are theirs.
    if (ranks > 1 && count !== lastCount) inHand.clear();
    lastCount = count;
    const examples: DrawnExample<Cues>[] = [];
    const replaced: ReplacedSample[] = [];
    for (let nth = 0; nth < count; nth++) {
      const number = exampleAt(nth, count);
      const place = Math.floor(number / perSample);
      if (place !== open?.place) {
        begin(nth, count);
        const settled = await inHand.get(place)!.settle();
        inHand.delete(place);
        open = { place, examples: settled.examples };
        replaced.push(...settled.replaced);
      }
      const within = number % perSample;
      examples.push({
        example: open!.examples[within]!,
        epoch: number / (source.length * perSample),
        draws: (mask) => order.masking(place, within, mask),
      });
    }
    first += count * ranks;
    begin(0, count);
    const after: StreamPlace = { example: first, bad: bad.ids() };
    return { examples, after, replaced };
  }

  async function inTurn(count: number): Promise<ExampleBatch<Cues>> {
    if (ended) throw ended.error;
    try {
      return await take(count);
    } catch (error) {
      ended ??= { error };
      inHand.clear();
      throw ended.error;
    }
  }

  return {
    async next(count) {
      if (!Number.isSafeInteger(count) || count < 1) {
        throw new TrainError('OPTION_INVALID', {
          where: 'next, argument count',
          expected: 'a whole number from 1',
          received: showValue(count),
        });
      }
      const batch = turn.then(() => inTurn(count));
      turn = batch.catch(() => undefined);
      return batch;
    },
    async close() {
      ended ??= {
        error: new TrainError('STREAM_CLOSED', {
          where: 'shuffled',
          expected: 'a stream that is open',
          received: 'one that was closed',
        }),
      };
      await turn;
      inHand.clear();
      await Promise.allSettled([...running]);
    },
  };
}
