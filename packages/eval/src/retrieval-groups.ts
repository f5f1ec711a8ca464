import { type Field, passing } from '@tgm/options';
import { EvaluationError } from './errors.js';
import { isArrayLike } from './option-fields.js';

/** The name of a group: the text of a caption, a number, or what captions of one meaning have in common. */
export type Group = string | number;

/**
 * The groups of each row of features: one name, or a list where a row belongs to several, as a video does that has been
 * described in several ways.
 */
export type Groups = ArrayLike<Group | readonly Group[]>;

/** Groups as an option. */
export const groups = (): Field<Groups> =>
  passing(
    'a group or a list of groups for each row, each a text or a finite number',
    (value): value is Groups =>
      isArrayLike(value) &&
      Array.from(value as ArrayLike<unknown>).every((row) =>
        Array.isArray(row) ? row.every(isGroup) : isGroup(row),
      ),
  );

/** @throws EvaluationError `SHAPE_MISMATCH` unless each of `count` rows has its groups. */
export function checkGroups(where: string, all: Groups, count: number): void {
  if (all.length === count) return;
  throw new EvaluationError('SHAPE_MISMATCH', {
    where,
    expected: `${count} groups`,
    received: `${all.length}`,
  });
}

/** The groups of one row as a list. */
export const groupsOf = (all: Groups, row: number): readonly Group[] => {
  const own = all[row]!;
  return typeof own === 'object' ? own : [own];
};

/** The rows of each group. */
export function rowsByGroup(all: Groups): ReadonlyMap<Group, readonly number[]> {
  const rows = new Map<Group, number[]>();
  for (let row = 0; row < all.length; row++) {
    for (const group of groupsOf(all, row)) {
      const members = rows.get(group);
      if (members) members.push(row);
      else rows.set(group, [row]);
    }
  }
  return rows;
}

const isGroup = (value: unknown): value is Group =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
