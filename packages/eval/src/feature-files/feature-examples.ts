import { abortableIterator, orAborted } from '@tgm/models';
import type { Description } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import type { TestVideo, TestVideos } from '../test-video.js';
import { descriptionOf } from './clip-representation.js';

/** Why a sample has no features. */
export interface LeftOutFacts {
  readonly code: string;
  readonly message: string;
  /** Its file, where that is known. */
  readonly source?: string;
}

/** What came of one sample: its example, or none and the reason why. */
export interface FeatureSample {
  readonly id: string;
  readonly examples: readonly TestVideo[];
  readonly leftOut?: LeftOutFacts;
}

/** Examples of which some can be read alone. What `inOrder` of `@tgm/train` gives is such. */
export interface SampledExamples {
  readonly samples: number;
  /** Those of the samples `from` to `to`, end exclusive, counted from 0. */
  read(from: number, to: number): AsyncIterable<FeatureSample>;
  describe(): Description | Promise<Description>;
}

/** Clips with ids, and labels where there are any. Where some cannot be read alone, those that are done are passed over. */
export type FeatureExamples = TestVideos | SampledExamples;

/** Samples by number, read in order. */
export interface SampleReader {
  /** How many there are, where that is known before the end. */
  readonly samples?: number;
  /** Whether samples that are done need not be read. */
  readonly skips: boolean;
  /** Null where nothing tells. */
  describe(): Promise<Description | null>;
  /** Those of a range that does not begin before the end of the last one; fewer where there are no more. */
  read(from: number, to: number): AsyncIterable<FeatureSample>;
  /** Whether there is none of this number, or behind it. */
  endsBefore(number: number): Promise<boolean>;
  close(): Promise<void>;
}

/** @param signal ends each wait for the examples. */
export function sampleReader(where: string, examples: FeatureExamples, signal?: AbortSignal): SampleReader {
  if ('read' in examples && typeof examples.read === 'function') return ofSampled(where, examples, signal);
  if (Array.isArray(examples)) return ofSampled(where, listed(examples), signal);
  return ofStream(examples as TestVideos, signal);
}

function ofSampled(
  where: string,
  examples: Omit<SampledExamples, 'describe'> & Partial<SampledExamples>,
  signal: AbortSignal | undefined,
): SampleReader {
  const { samples } = examples;
  if (!Number.isSafeInteger(samples) || samples < 0)
    throw new EvaluationError('OPTION_INVALID', {
      where: `${where}, option examples.samples`,
      expected: 'a whole number from 0',
      received: String(samples),
    });
  return {
    samples,
    skips: examples.describe !== undefined,
    describe: async () =>
      typeof examples.describe === 'function'
        ? orAborted(signal, descriptionOf(`${where}, option examples, describe`, examples as SampledExamples))
        : null,
    async *read(from, to) {
      const found = abortableIterator(examples.read(from, Math.min(to, samples)), signal);
      try {
        for (let next = await found.next(); !next.done; next = await found.next()) yield next.value;
      } finally {
        await found.close();
      }
    },
    endsBefore: async (number) => number >= samples,
    close: async () => undefined,
  };
}

function listed(examples: readonly TestVideo[]): Omit<SampledExamples, 'describe'> {
  return {
    samples: examples.length,
    async *read(from, to) {
      for (const example of examples.slice(from, to)) yield sampleOf(example);
    },
  };
}

const sampleOf = (example: TestVideo): FeatureSample => ({ id: example?.id, examples: [example] });

function ofStream(examples: TestVideos, signal: AbortSignal | undefined): SampleReader {
  const stream = abortableIterator(examples, signal);
  /** Number of the sample that `next` gives. */
  let place = 0;
  let ahead: IteratorResult<TestVideo> | undefined;

  async function peek(): Promise<IteratorResult<TestVideo>> {
    ahead ??= await stream.next();
    return ahead;
  }
  /** Goes on to a sample, past those before it. */
  async function reach(number: number): Promise<void> {
    while (place < number && !(await peek()).done) {
      ahead = undefined;
      place += 1;
    }
  }
  return {
    skips: false,
    describe: async () => null,
    async *read(from, to) {
      await reach(from);
      while (place < to) {
        const next = await peek();
        if (next.done) return;
        ahead = undefined;
        place += 1;
        yield sampleOf(next.value);
      }
    },
    async endsBefore(number) {
      await reach(number);
      return (await peek()).done === true;
    },
    close: () => stream.close(),
  };
}
