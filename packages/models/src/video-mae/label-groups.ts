import { type Field, passing } from '@tgm/options';

/**
 * The names of a classifier's classes, by number. Several lists by name are several labels that a clip has at a time, such as
 * `{ verb: ['open', 'cut'], noun: ['door', 'knife'] }`.
 */
export type ClassifierLabels = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** Classes of which a clip has exactly one: a part of a classifier's logits. */
export interface LabelGroup {
  /** `classification` where `labels` is a list. */
  readonly name: string;
  readonly labels: readonly string[];
  /** The first of its logits. Groups follow one another. */
  readonly from: number;
}

/** The name of the group where there is one alone. */
export const ONLY_GROUP = 'classification';

/** The groups of a classifier's logits, in their order. */
export function labelGroups(labels: ClassifierLabels): readonly LabelGroup[] {
  const named = isList(labels) ? [[ONLY_GROUP, labels] as const] : Object.entries(labels);
  let from = 0;
  return named.map(([name, list]) => {
    const group = { name, labels: list, from };
    from += list.length;
    return group;
  });
}

/** C, the logits of a classifier. */
export const classCount = (labels: ClassifierLabels): number =>
  labelGroups(labels).reduce((sum, group) => sum + group.labels.length, 0);

export const isList = (labels: ClassifierLabels): labels is readonly string[] => Array.isArray(labels);

export const classifierLabels = (): Field<ClassifierLabels> =>
  passing(
    'a list of at least 1 name, or such lists by name',
    (value): value is ClassifierLabels =>
      isNames(value) ||
      (typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.keys(value).length > 0 &&
        Object.entries(value).every(([name, list]) => name !== '' && isNames(list))),
  );

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string' && name !== '');
