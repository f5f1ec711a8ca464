import { callable, optional, optionTable, passing, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import { type BadExamplePolicy, badExamplePolicy, badExamples } from './bad-examples.js';
import { orderFields, requireRank } from './batch-fields.js';
import { exampleStream, type StreamPlace } from './example-stream.js';
import type { ExampleSource, Examples, OpenOptions } from './examples.js';
import { requireSource } from './require-source.js';

export interface ShuffledOptions {
  /**
   * Samples in hand at most, loaded or being loaded, besides those of the batch that is being put together: the bound on
   * memory. Default: two for each of the source's parallel loads, at least 4 and at least those of a batch. While a
   * training step computes, no load can be begun, so a batch has to be on its way before.
   */
  readonly prefetch?: number;
  /** What to do about samples that cannot be read, or lack a caption that is read. Default: end with the error of the first. */
  readonly badSamples?: BadExamplePolicy;
}

const OPTIONS = optionTable(
  'shuffled',
  {
    prefetch: optional(wholeNumber({ from: 1 })),
    badSamples: optional(badExamplePolicy(), { kind: 'fail' }),
  } satisfies Record<keyof ShuffledOptions, unknown>,
  TrainError,
);

const OPEN = optionTable(
  'open',
  {
    ...orderFields(),
    require: optional(callable<NonNullable<OpenOptions['require']>>()),
    after: optional(
      passing('a place that an earlier batch told', (value): value is StreamPlace => isStreamPlace(value)),
    ),
  } satisfies Record<keyof OpenOptions, unknown>,
  TrainError,
);

function isStreamPlace(value: unknown): value is StreamPlace {
  const { example, bad } = (value ?? {}) as Partial<StreamPlace>;
  const listed = Array.isArray(bad) && bad.every((id) => typeof id === 'string');
  return listed && Number.isSafeInteger(example) && example! >= 0;
}

/**
 * Examples without end, every epoch of the source in an order of its own. Many samples are loaded at a time, and given in
 * order whichever is ready first. Batches run across the ends of epochs; the examples of a sample stand side by side.
 *
 * What is given is a function of the seed and the source: not of `prefetch`, of threads, of timing, or of where a run was
 * stopped. Ranks together get what one process would, a batch cut into consecutive slices. A sample that cannot be read is
 * taken for bad from the place on where that shows. So ranks agree as long as a bad sample is bad whatever is drawn of it.
 *
 * @throws TrainError `OPTION_INVALID`, `NO_EXAMPLES` for an empty source; while reading `EXAMPLE_FAILED`,
 *   `TEXT_MISSING`, `TOO_MANY_BAD_SAMPLES`, `NO_EXAMPLES` when no sample is left, `STREAM_CLOSED`.
 */
export function shuffled<Cues extends object>(
  source: ExampleSource<Cues>,
  options: ShuffledOptions = {},
): Examples<Cues> {
  const { prefetch, badSamples } = OPTIONS.check(options);
  requireSource('shuffled', source);
  return {
    ...(source.textWidth !== undefined && { textWidth: source.textWidth }),
    ...(source.featureWidth !== undefined && { featureWidth: source.featureWidth }),
    ...(source.classes !== undefined && { classes: source.classes }),
    describe: async () => ({ source: await source.describe(), is: 'shuffled' }),
    async open(given) {
      const { seed, rank, ranks, after, require } = OPEN.check(given);
      requireRank(OPEN.where, rank, ranks);
      const bad = await badExamples(badSamples, after?.bad ?? []);
      const start = after?.example ?? 0;
      return exampleStream({ source, seed, rank, ranks, start, prefetch, bad, require });
    },
  };
}
