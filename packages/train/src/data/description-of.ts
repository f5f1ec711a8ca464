import { type Description, showValue } from '@tgm/options';
import { TrainError } from '../errors.js';

/**
 * What a part of the data says of itself. Without it, a run would be gone on with under another part.
 *
 * @throws TrainError `OPTION_INVALID` for what is no description.
 */
export async function descriptionOf(
  where: string,
  part: { describe(): Description | Promise<Description> },
): Promise<Description> {
  const described: unknown = await part.describe();
  if (typeof (described as Partial<Description> | null | undefined)?.is === 'string')
    return described as Description;
  throw new TrainError('OPTION_INVALID', {
    where: `${where}, describe`,
    expected: 'a description, such as { is: "the name of what it is" }',
    received: showValue(described),
  });
}
