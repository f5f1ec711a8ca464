import { flag, listOf, nested, optional, optionTable, passing } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import type { LeftOutFacts } from './feature-examples.js';
import type { StoredLabel } from './shard-labels.js';

/** A sample that could not be read, and why. */
export interface LeftOutExample extends LeftOutFacts {
  readonly id: string;
}

/** What the record of a shard says of its rows. */
export interface StoredRows {
  /** Whether no shard comes after it. */
  readonly last: boolean;
  /** Of each row. */
  readonly ids: readonly string[];
  readonly labels: readonly StoredLabel[];
  readonly leftOut: readonly LeftOutExample[];
}

const anyText = () => passing('a text', (value): value is string => typeof value === 'string');

const label = passing(
  'a class, classes by name, or null',
  (value): value is StoredLabel =>
    value === null ||
    Number.isSafeInteger(value) ||
    (typeof value === 'object' && Object.values(value).every(Number.isSafeInteger)),
);

const table = optionTable(
  'a shard',
  {
    last: flag(),
    ids: listOf(anyText()),
    labels: listOf(label),
    leftOut: listOf(
      nested({
        id: anyText(),
        code: anyText(),
        message: anyText(),
        source: optional(anyText()),
      } satisfies Record<keyof LeftOutExample, unknown>),
    ),
  } satisfies Record<keyof StoredRows, unknown>,
  EvaluationError,
);

/**
 * What a record says, checked.
 * @throws EvaluationError `OPTION_INVALID`, which whoever reads the file tells as damage.
 */
export const storedRows = {
  where: table.where,
  check(value: unknown): StoredRows {
    const rows = table.check(value) as StoredRows;
    const { ids, labels } = rows;
    if (labels.length === ids.length) return rows;
    throw new EvaluationError('OPTION_INVALID', {
      where: table.where,
      expected: `a label for each of ${ids.length} ids`,
      received: `${labels.length}`,
    });
  },
};
