import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import { type ClassifierLabels, isList, labelGroups } from '../video-mae/label-groups.js';
import type { Json } from './json-keys.js';

/** The keys of a config.json that tell the classes of a classifier. */
export function labelsJson(labels: ClassifierLabels): Record<string, unknown> {
  const groups = labelGroups(labels);
  const names = isList(labels)
    ? labels
    : groups.flatMap(({ name, labels: own }) => own.map((label) => `${prefix(name)}${label}`));
  return {
    id2label: Object.fromEntries(names.entries()),
    label2id: Object.fromEntries(names.map((label, id) => [label, id])),
    ...(!isList(labels) && {
      label_groups: groups.map(({ name, labels: own }) => ({ name, count: own.length })),
    }),
  };
}

const prefix = (group: string): string => `${group}: `;

/** @throws ModelError with `CONFIG_INVALID` */
type Wrong = (key: string, expected: string, received: unknown) => ModelError;

/**
 * The classes that a config.json tells.
 * @throws ModelError with `CONFIG_INVALID`
 */
export function labelsIn(path: string, json: Json): ClassifierLabels {
  const wrong: Wrong = (key, expected, received) =>
    new ModelError('CONFIG_INVALID', {
      where: `${path}, key ${key}`,
      expected,
      received: showValue(received),
    });
  const names = classNames(wrong, json);
  return json.label_groups === undefined ? names : grouped(wrong, names, json.label_groups);
}

function grouped(wrong: Wrong, names: readonly string[], groups: unknown): Record<string, string[]> {
  const isGroup = (value: unknown): value is { name: string; count: number } => {
    const { name, count } = (value ?? {}) as Record<string, unknown>;
    return typeof name === 'string' && name !== '' && Number.isSafeInteger(count) && (count as number) >= 1;
  };
  const known = Array.isArray(groups) && groups.every(isGroup) ? groups : [];
  const counted = known.reduce((sum, { count }) => sum + count, 0);
  const apart = new Set(known.map(({ name }) => name)).size === known.length;
  if (counted !== names.length || !apart) {
    const expected = `groups of other names, each a "name" and a "count" from 1, ${names.length} classes together`;
    throw wrong('label_groups', expected, groups);
  }
  let id = 0;
  return Object.fromEntries(
    known.map(({ name, count }) => {
      const own = names.slice(id, id + count).map((label, at) => {
        if (label.startsWith(prefix(name))) return label.slice(prefix(name).length);
        throw wrong(`id2label, ${id + at}`, `a class of the group "${name}", as "${prefix(name)}…"`, label);
      });
      id += count;
      return [name, own];
    }),
  );
}

/** Python's classes have two classes where a config.json names and counts none. */
const CLASSES = 2;

/** `{ "0": "archery", … }` as a list; where classes are only counted, Python's names for them. */
function classNames(wrong: Wrong, { id2label: names, num_labels: counted }: Json): string[] {
  if (names === undefined || names === null) {
    const count = counted ?? CLASSES;
    if (!Number.isSafeInteger(count) || (count as number) < 1) {
      throw wrong(
        'num_labels',
        'a whole number from 1, since a classifier without classes is an encoder',
        count,
      );
    }
    return Array.from({ length: count as number }, (_, id) => `LABEL_${id}`);
  }
  const entries = new Map(Object.entries(names));
  if (entries.size === 0) {
    throw wrong(
      'id2label',
      'the name of at least one class; loadVideoMaeEncoder opens a model without',
      names,
    );
  }
  return Array.from({ length: entries.size }, (_, id) => {
    const label = entries.get(String(id));
    if (typeof label === 'string' && label !== '') return label;
    throw wrong(`id2label, ${id}`, 'the name of a class', label);
  });
}
