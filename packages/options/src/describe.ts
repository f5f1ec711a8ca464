import { TgmError } from './error.js';
import type { Fields, OptionTable, Resolved } from './option-table.js';
import { showValue } from './show-value.js';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a value is: the function that made it, and each option that decides what it does, defaults included. */
export type Description = { readonly is: string; readonly [option: string]: Json };

/** Gives the description of the value that it belongs to. */
export interface Describe {
  (): Description;
  /** The options that it tells, each by its table's field. */
  readonly fields: Fields;
}

/** Checked options that a description tells. */
export interface Recorded {
  readonly fields: Fields;
  readonly values: Readonly<Record<string, unknown>>;
}

const left = new WeakSet<object>();

/**
 * A field of an option that changes nothing in what is computed, such as a number of threads or a signal. Descriptions
 * leave it out.
 */
export function unrecorded<F extends object>(field: F): F {
  const marked = Object.create(field) as F;
  left.add(marked);
  return marked;
}

/** The options of a table that descriptions tell: all but the `unrecorded` ones. */
export function recorded<F extends Fields>(table: OptionTable<F>, checked: Resolved<F>): Recorded {
  const told = Object.entries(table.fields).filter(([, field]) => !left.has(field));
  const values = told.map(([name]) => [name, checked[name as keyof F]] as const);
  return { fields: Object.fromEntries(told), values: Object.fromEntries(values) };
}

/**
 * The `describe` of a value that a function `is` makes. A value among the options that has a `describe` of its own tells
 * itself; what JSON cannot say has to have one.
 *
 * @throws TgmError `NOT_DESCRIBED`, when it is called, for a value that cannot be told.
 */
export function describer(is: string, ...parts: readonly Recorded[]): Describe {
  const values = Object.assign({}, ...parts.map((part) => part.values)) as Record<string, unknown>;
  const describe = (): Description => ({ ...(jsonOf(values, is) as Record<string, Json>), is });
  return Object.assign(describe, {
    fields: Object.assign({}, ...parts.map((part) => part.fields)) as Fields,
  });
}

function jsonOf(value: unknown, where: string): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // JSON has no infinity, and would say null.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((each, at) => jsonOf(each, `${where}.${at}`));
  if (typeof value === 'object' && 'describe' in value && typeof value.describe === 'function')
    return value.describe();
  if (typeof value === 'object' && isPlain(value)) {
    const does = Object.keys(value).find((name) => typeof value[name as never] === 'function');
    if (does !== undefined) {
      throw new TgmError('NOT_DESCRIBED', {
        where,
        expected: 'a function describe that tells what it is',
        received: `an object with the function ${does} and no describe`,
      });
    }
    const given = Object.entries(value).filter(([, each]) => each !== undefined);
    return Object.fromEntries(given.map(([name, each]) => [name, jsonOf(each, `${where}.${name}`)]));
  }
  throw new TgmError('NOT_DESCRIBED', {
    where,
    expected: 'a value that JSON can say, or one with a function describe that tells what it is',
    received: showValue(value),
  });
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
