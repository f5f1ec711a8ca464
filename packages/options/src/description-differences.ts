import type { Json } from './describe.js';

/** An option that two descriptions have not in common. */
export interface DescriptionDifference {
  /** Its names from the outermost inwards, with dots: `batches.masking.ratio`. */
  readonly option: string;
  /** Undefined where the description has no such option. */
  readonly saved: Json | undefined;
  readonly now: Json | undefined;
}

/**
 * The options in which two descriptions differ, one that was saved and one of now. The order of options counts for nothing. Of two
 * values that are not of one kind, the kinds alone are told.
 */
export function descriptionDifferences(saved: object, now: object): readonly DescriptionDifference[] {
  return differences('', asRead(saved), asRead(now));
}

/** A description as it comes back from a file: without what is undefined. */
const asRead = (description: object): Json => JSON.parse(JSON.stringify(description));

type Members = Readonly<Record<string, Json | undefined>>;

function differences(
  option: string,
  saved: Json | undefined,
  now: Json | undefined,
): DescriptionDifference[] {
  if (!isObject(saved) || !isObject(now) || Array.isArray(saved) !== Array.isArray(now))
    return Object.is(saved, now) ? [] : [{ option, saved, now }];
  const [before, after] = [saved as Members, now as Members];
  const inner = (name: string) => (option === '' ? name : `${option}.${name}`);
  if (before.is !== after.is) return [{ option: inner('is'), saved: before.is, now: after.is }];
  return Object.keys({ ...before, ...after }).flatMap((name) =>
    differences(inner(name), before[name], after[name]),
  );
}

const isObject = (value: Json | undefined): value is object & Json =>
  typeof value === 'object' && value !== null;
