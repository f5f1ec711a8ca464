import { seededRandom } from '@tgm/masking';
import { callable, type Description, optional, optionTable, showValue, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import { type FaultFacts, factsOf } from './example-fault.js';
import type { ExampleSource, TrainingExample } from './examples.js';
import { loadSample } from './load-sample.js';
import { requireSource } from './require-source.js';
import { samplesInHand } from './samples-in-hand.js';

/** A sample that cannot be read, and why. */
export interface LeftOutSample extends FaultFacts {
  readonly id: string;
}

export interface InOrderOptions {
  /** Samples in hand at most, loaded or being loaded. Default: two for each of the source's parallel loads, at least 4. */
  readonly prefetch?: number;
  /** Called for each sample that is left out, each time that it is. */
  readonly onLeftOut?: (sample: LeftOutSample) => void;
}

/** What came of one sample: its examples, or none and the reason why. */
export interface ReadSample<Cues extends object> {
  readonly id: string;
  readonly examples: readonly TrainingExample<Cues>[];
  /** Present where the sample is left out. */
  readonly leftOut?: FaultFacts;
}

/** Examples in the order of their source, from its beginning each time that they are gone through. */
export interface OrderedExamples<Cues extends object> extends AsyncIterable<TrainingExample<Cues>> {
  /** Examples of all samples. Fewer come where samples are left out. */
  readonly length: number;
  /** Samples of the source. */
  readonly samples: number;
  /**
   * Those of some samples alone, sample by sample, the ones that are left out included. They are the same as when all are gone
   * through.
   *
   * @param from number of the first sample, from 0.
   * @param to number of the sample behind the last one, at most `samples`.
   * @throws TrainError `OPTION_INVALID` for another range, `EXAMPLE_FAILED`.
   */
  read(from: number, to: number): AsyncGenerator<ReadSample<Cues>, void, undefined>;
  /** What decides which examples these are: the description of the source. */
  describe(): Description | Promise<Description>;
}

const OPTIONS = optionTable(
  'inOrder',
  {
    prefetch: optional(wholeNumber({ from: 1 })),
    onLeftOut: optional(callable<(sample: LeftOutSample) => void>()),
  } satisfies Record<keyof InOrderOptions, unknown>,
  TrainError,
);

/**
 * A source's examples in order, each once: for evaluations. Several samples are loaded at a time. What is drawn of a sample is
 * a function of its number, the same each time. A sample whose file cannot be read is left out; any other fault ends the reading.
 *
 * @throws TrainError `OPTION_INVALID`, `NO_EXAMPLES` for an empty source; while reading `EXAMPLE_FAILED`.
 */
export function inOrder<Cues extends object>(
  source: ExampleSource<Cues>,
  options: InOrderOptions = {},
): OrderedExamples<Cues> {
  const { prefetch, onLeftOut } = OPTIONS.check(options);
  requireSource('inOrder', source);
  const { length, perSample = 1, parallel } = source;
  const most = prefetch ?? samplesInHand(parallel);

  async function* read(from: number, to: number): AsyncGenerator<ReadSample<Cues>, void, undefined> {
    requireRange(from, to, length);
    const inHand: ReturnType<typeof loadSample<Cues>>[] = [];
    let begun = from;
    const begin = (): void => {
      for (; inHand.length < most && begun < to; begun++) {
        const loading = loadSample(source, begun, seededRandom('in order', begun));
        // It is awaited in its turn. Avoids an unhandled rejection until then.
        loading.catch(() => undefined);
        inHand.push(loading);
      }
    };
    try {
      for (let index = from; index < to; index++) {
        begin();
        const loaded = await inHand.shift()!;
        if (isExamples(loaded)) yield { id: loaded[0]!.id, examples: loaded };
        else {
          const [id, leftOut] = [await source.id(index), factsOf(loaded)];
          onLeftOut?.({ id, ...leftOut });
          yield { id, examples: [], leftOut };
        }
      }
    } finally {
      await Promise.allSettled(inHand);
    }
  }

  async function* all(): AsyncGenerator<TrainingExample<Cues>, void, undefined> {
    for await (const { examples } of read(0, length)) yield* examples;
  }

  return {
    length: length * perSample,
    samples: length,
    read,
    describe: () => source.describe(),
    [Symbol.asyncIterator]: all,
  };
}

function requireRange(from: number, to: number, length: number): void {
  if (Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= length) return;
  throw new TrainError('OPTION_INVALID', {
    where: 'inOrder, read',
    expected: `whole numbers from 0 to ${length}, the first one not above the second`,
    received: `${showValue(from)} and ${showValue(to)}`,
  });
}

const isExamples = <Cues extends object>(
  loaded: Awaited<ReturnType<typeof loadSample<Cues>>>,
): loaded is readonly TrainingExample<Cues>[] => Array.isArray(loaded);
