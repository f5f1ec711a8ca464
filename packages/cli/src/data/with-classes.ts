import type { ClassNames, OpenedDataset, SampleLabel } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { isList } from './class-name.js';

/**
 * A data set whose labels are the numbers that these classes have. Readers number the classes that they find, so that the same name
 * has another number where some class is missing.
 *
 * @throws CliError `INPUT_INVALID` for a class that is not among them, and for labels of other kinds.
 */
export function withClasses(dataset: OpenedDataset, classes: ClassNames): OpenedDataset {
  const { classes: own } = dataset;
  if (own === undefined) return { ...dataset, classes };
  const numbers = numbersOf(dataset.name, own, classes);
  return {
    ...dataset,
    classes,
    async at(index) {
      const { label, ...sample } = await dataset.at(index);
      return label === undefined ? sample : { ...sample, label: numbers(label) };
    },
  };
}

function numbersOf(where: string, own: ClassNames, classes: ClassNames): (label: SampleLabel) => SampleLabel {
  if (isList(own) && isList(classes)) {
    const numbers = renumbered(where, own, classes);
    return (label) => numbers[label as number]!;
  }
  if (isList(own) || isList(classes)) throw otherKind(where, own, classes);
  const kinds = Object.keys(classes);
  if (kinds.some((kind) => own[kind] === undefined)) throw otherKind(where, own, classes);
  const numbers = kinds.map(
    (kind) => [kind, renumbered(`${where}, ${kind}`, own[kind]!, classes[kind]!)] as const,
  );
  return (label) =>
    Object.fromEntries(numbers.map(([kind, of]) => [kind, of[(label as Record<string, number>)[kind]!]!]));
}

/** For each of some names its place among others. */
function renumbered(where: string, own: readonly string[], classes: readonly string[]): number[] {
  const places = new Map(classes.map((name, number) => [name, number]));
  const unknown = own.filter((name) => !places.has(name));
  if (unknown.length === 0) return own.map((name) => places.get(name)!);
  throw new CliError('INPUT_INVALID', {
    where,
    expected: `classes among ${shown(classes)}`,
    received: shown(unknown),
  });
}

const MOST = 5;

const shown = (names: readonly string[]): string => {
  const first = names.slice(0, MOST).map((name) => `"${name}"`);
  return `${first.join(', ')}${names.length > MOST ? ` and ${names.length - MOST} more` : ''}`;
};

const otherKind = (where: string, own: ClassNames, classes: ClassNames): CliError =>
  new CliError('INPUT_INVALID', { where, expected: kindOf(classes), received: kindOf(own) });

const kindOf = (classes: ClassNames): string =>
  isList(classes) ? 'one label a video' : `labels by the names ${Object.keys(classes).join(', ')}`;
