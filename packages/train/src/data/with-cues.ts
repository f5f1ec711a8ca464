import { callable, type Description, optionTable, showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import { descriptionOf } from './description-of.js';
import type { ExampleClip, ExampleSource, TrainingExample } from './examples.js';
import { requireSource } from './require-source.js';
import { sourceFacts } from './source-facts.js';

/** Further facts about clips, for masking strategies to read. */
export interface FurtherCues<Cues extends object, Further extends object> {
  /** Whatever decides the cues: a teacher, its options. */
  describe(): Description | Promise<Description>;
  /** The cues of the example's own clip. A function of the example alone, called for several at a time. */
  of(example: TrainingExample<Cues>): Further | Promise<Further>;
}

const FURTHER = optionTable(
  'withCues, argument further',
  { describe: callable(), of: callable() },
  TrainError,
);

/**
 * The same examples with further cues, such as a teacher's attention or a cue of one's own. Each clip of an example gets its own: for
 * `others`, `of` is called with the example's facts and the other clip's pixels and cues. A further cue takes the place of one of the
 * same name.
 *
 * @throws TrainError `OPTION_INVALID`, `NO_EXAMPLES` for an empty source. `load` throws `EXAMPLE_INVALID` where `of` gives no object,
 *   and what `of` and the source throw.
 */
export function withCues<Cues extends object, Further extends object>(
  source: ExampleSource<Cues>,
  further: FurtherCues<Cues, Further>,
): ExampleSource<Cues & Further> {
  requireSource('withCues', source);
  const { describe, of } = further ?? {};
  FURTHER.check({ describe, of });

  async function cuesOf(example: TrainingExample<Cues>): Promise<Cues & Further> {
    const given: unknown = await further.of(example);
    if (typeof given === 'object' && given !== null) return { ...example.cues, ...(given as Further) };
    throw new TrainError('EXAMPLE_INVALID', {
      where: `withCues, example "${example.id}"`,
      expected: 'cues, an object',
      received: showValue(given),
    });
  }

  /** The example as it would be if it were of its other clip. */
  function ofOther(example: TrainingExample<Cues>, { frames, cues }: ExampleClip<Cues>) {
    const { others: _others, features: _features, ...facts } = example;
    return { ...facts, frames, cues };
  }

  async function extended(example: TrainingExample<Cues>): Promise<TrainingExample<Cues & Further>> {
    const others = example.others?.map(async (other) => ({
      ...other,
      cues: await cuesOf(ofOther(example, other)),
    }));
    const [cues, clips] = await Promise.all([cuesOf(example), others && Promise.all(others)]);
    const { others: _others, ...own } = example;
    return { ...own, cues, ...(clips && { others: clips }) };
  }

  return {
    ...sourceFacts(source),
    describe: async () => ({
      is: 'withCues',
      source: await source.describe(),
      cues: await descriptionOf(FURTHER.where, further),
    }),
    load: async (index, random) => Promise.all((await source.load(index, random)).map(extended)),
  };
}
