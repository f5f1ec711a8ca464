import type { Random } from '@tgm/masking';
import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import { exampleFailed, type FileFault, isFileFault } from './example-fault.js';
import type { ExampleSource, OpenOptions, TrainingExample } from './examples.js';

/** The examples of a sample, or what is wrong with it. */
export type LoadedSample<Cues extends object> = readonly TrainingExample<Cues>[] | FileFault;

/**
 * Loads a sample of a source and checks what it gives.
 *
 * @param require throws for an example that lacks what it is needed for.
 * @throws TrainError `EXAMPLE_FAILED` for a fault that is not the file's own, `OPTION_INVALID` for what are no examples.
 */
export async function loadSample<Cues extends object>(
  source: ExampleSource<Cues>,
  index: number,
  random: Random,
  require?: OpenOptions['require'],
): Promise<LoadedSample<Cues>> {
  const { perSample = 1 } = source;
  let given: unknown;
  try {
    const examples = await source.load(index, random);
    if (Array.isArray(examples) && examples.length === perSample && examples.every(hasId)) {
      for (const example of examples) require?.(example);
      return examples;
    }
    given = examples;
  } catch (error) {
    if (isFileFault(error)) return error;
    throw exampleFailed(await nameOf(source, index), error);
  }
  const counted = Array.isArray(given) && given.length === perSample;
  throw new TrainError('OPTION_INVALID', {
    where: `Sample "${await nameOf(source, index)}"`,
    expected: counted
      ? 'examples with an id, the name of the sample'
      : `a list of as many examples as the source's perSample says, ${perSample}`,
    received: Array.isArray(given) && !counted ? `a list of ${given.length}` : showValue(given),
  });
}

/** For errors: a data set that fails may not know the id either. */
async function nameOf(source: ExampleSource<object>, index: number): Promise<string> {
  try {
    return await source.id(index);
  } catch {
    return `number ${index}`;
  }
}

const hasId = (example: unknown): boolean =>
  typeof (example as TrainingExample<object> | null | undefined)?.id === 'string';
