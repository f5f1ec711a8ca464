import { seededRandom } from '@tgm/masking';
import { callable, optional, optionTable, wholeNumber } from '@tgm/options';
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

/** Examples in the order of their source, from its beginning each time that they are gone through. */
export interface OrderedExamples<Cues extends object> extends AsyncIterable<TrainingExample<Cues>> {
  /** Examples of all samples. Fewer come where samples are left out. */
  readonly length: number;
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

  async function* read(): AsyncGenerator<TrainingExample<Cues>, void, undefined> {
    const inHand: ReturnType<typeof loadSample<Cues>>[] = [];
    let begun = 0;
    const begin = (): void => {
      for (; inHand.length < most && begun < length; begun++) {
        const loading = loadSample(source, begun, seededRandom('in order', begun));
        // It is awaited in its turn. Avoids an unhandled rejection until then.
        loading.catch(() => undefined);
        inHand.push(loading);
      }
    };
    try {
      for (let index = 0; index < length; index++) {
        begin();
        const loaded = await inHand.shift()!;
        if (isExamples(loaded)) yield* loaded;
        else onLeftOut?.({ id: await source.id(index), ...factsOf(loaded) });
      }
    } finally {
      await Promise.allSettled(inHand);
    }
  }

  return { length: length * perSample, [Symbol.asyncIterator]: read };
}

const isExamples = <Cues extends object>(
  loaded: Awaited<ReturnType<typeof loadSample<Cues>>>,
): loaded is readonly TrainingExample<Cues>[] => Array.isArray(loaded);
