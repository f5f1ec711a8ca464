import type { ExampleSource } from '../data/examples.js';
import { TrainError } from '../errors.js';

/** Samples that an error names. */
const NAMED = 3;

/**
 * Reads the ids of both sources.
 *
 * @throws TrainError `OPTION_INVALID` where a held-out sample is among those that are learned from.
 */
export async function requireHeldOut(
  where: string,
  examples: ExampleSource<object>,
  heldOut: ExampleSource<object>,
): Promise<void> {
  const learned = await idsOf(examples);
  const both = [...(await idsOf(heldOut))].filter((id) => learned.has(id));
  if (both.length === 0) return;
  const named = both.slice(0, NAMED).map((id) => `"${id}"`);
  throw new TrainError('OPTION_INVALID', {
    where,
    expected: 'samples that are not among the examples that are learned from',
    received: `${both.length} that are: ${named.join(', ')}${both.length > NAMED ? ', ...' : ''}`,
  });
}

async function idsOf(source: ExampleSource<object>): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let index = 0; index < source.length; index += 1) ids.add(await source.id(index));
  return ids;
}
