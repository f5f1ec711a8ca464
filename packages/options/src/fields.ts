import * as v from 'valibot';
import { TgmError } from './error.js';
import type { Field } from './field.js';
import { optional, optionTable } from './option-table.js';

/** Bounds of a number; `from` and `to` belong to the range, `above` and `below` do not. */
export interface Bounds {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
}

/**
 * A finite number within the bounds.
 *
 * @throws TgmError `OPTION_INVALID` for bounds of another name or kind.
 */
export function number(bounds: Bounds = {}): Field<number> {
  boundsOfNumber.check(bounds);
  return passing(
    `a number${rangeText(bounds)}`,
    (value): value is number => isNumber(value) && within(value, bounds),
  );
}

/**
 * A whole number within the bounds, exact in a double.
 *
 * @throws TgmError `OPTION_INVALID` for bounds of another name or kind.
 */
export function wholeNumber(bounds: Bounds = {}): Field<number> {
  boundsOfNumber.check(bounds);
  return passing(
    `a whole number${rangeText(bounds)}`,
    (value): value is number => Number.isSafeInteger(value) && within(value as number, bounds),
  );
}

/** `true` or `false`, nothing that is merely truthy. */
export const flag = (): Field<boolean> =>
  passing('true or false', (value): value is boolean => typeof value === 'boolean');

/** A text of at least one character. */
export const text = (): Field<string> =>
  passing('a text that is not empty', (value): value is string => typeof value === 'string' && value !== '');

/** One of these values. */
export const oneOf = <const T extends string | number | boolean>(values: readonly T[]): Field<T> =>
  passing(values.map((value) => JSON.stringify(value)).join(' or '), (value): value is T =>
    (values as readonly unknown[]).includes(value),
  );

// biome-ignore lint/suspicious/noExplicitAny: any function type is asked for by its user
type AnyFunction = (...values: any[]) => any;

/** A function. */
export const callable = <T extends AnyFunction>(): Field<T> =>
  passing('a function', (value): value is T => typeof value === 'function');

/** An object with these members, whatever else it holds: an engine, a strategy, a data set. */
export const objectWith = <T extends object>(
  what: string,
  members: readonly (keyof T & string)[],
): Field<T> =>
  passing(
    members.length === 0 ? what : `${what} (with ${members.join(', ')})`,
    (value): value is T =>
      typeof value === 'object' && value !== null && members.every((member) => member in value),
  );

/** Whatever passes a test; `expected` says what that is. */
export const passing = <T>(expected: string, accepts: (value: unknown) => value is T): Field<T> =>
  v.custom<T>(accepts, expected);

/**
 * An array of at least `from` such values, by default of any length.
 *
 * @throws TgmError `OPTION_INVALID` for bounds of another name or kind.
 */
export function listOf<T>(field: Field<T>, bounds: Pick<Bounds, 'from'> = {}): Field<readonly T[]> {
  const { from } = boundsOfLength.check(bounds);
  return v.pipe(
    v.array(field, 'a list'),
    v.minLength(from, `a list of at least ${from}`),
  ) as unknown as Field<readonly T[]>;
}

/** Either of two kinds; `expected` says both. */
export const eitherOf = <A, B>(expected: string, one: Field<A>, other: Field<B>): Field<A | B> =>
  v.union([one, other], expected) as unknown as Field<A | B>;

const bound = passing('a number', (value): value is number => isNumber(value));

const boundsOfNumber = optionTable(
  'bounds of a number',
  {
    from: optional(bound),
    above: optional(bound),
    to: optional(bound),
    below: optional(bound),
  } satisfies Record<keyof Bounds, unknown>,
  TgmError,
);

const boundsOfLength = optionTable('bounds of a list', { from: optional(bound, 0) }, TgmError);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const within = (value: number, { from, above, to, below }: Bounds): boolean =>
  (from === undefined || value >= from) &&
  (above === undefined || value > above) &&
  (to === undefined || value <= to) &&
  (below === undefined || value < below);

function rangeText({ from, above, to, below }: Bounds): string {
  const start = from !== undefined ? ` from ${from}` : above !== undefined ? ` above ${above}` : '';
  const end = to !== undefined ? ` to ${to}` : below !== undefined ? ` below ${below}` : '';
  return start && below !== undefined ? `${start} and${end}` : start + end;
}
