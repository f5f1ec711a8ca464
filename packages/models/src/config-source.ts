import { type Fields, optionTable, type Resolved } from '@tgm/options';
import { ModelError } from './errors.js';

/** A configuration and how its faults are told: as options of a function, or as keys of a JSON file. */
export interface ConfigSource {
  /**
   * The values of these fields under their names here, with defaults filled in.
   * @throws ModelError with `OPTION_INVALID`, also for names that are no fields; of a JSON file with `CONFIG_INVALID`, where
   *   other keys are let pass.
   */
  check<const F extends Fields>(fields: F): Resolved<F>;
  /** The field's name where the reader wrote it: `hiddenSize`, or the key `hidden_size`. */
  nameOf(field: string): string;
  /** The error of one field. */
  fault(field: string, expected: string, received: string, advice?: string): ModelError;
  /** The configuration that a field holds. */
  within(field: string): ConfigSource;
}

/** Options that `where`, a function, was given. */
export function optionsSource(where: string, given: unknown): ConfigSource {
  return {
    check: (fields) => optionTable(where, fields, ModelError).check(given),
    nameOf: (field) => field,
    fault: (field, expected, received, advice) =>
      new ModelError('OPTION_INVALID', {
        where: `${where}, option ${field}`,
        expected,
        received,
        ...(advice && { advice }),
      }),
    within: (field) =>
      optionsSource(`${where}, ${field}`, (given as Record<string, unknown> | undefined)?.[field]),
  };
}

/** The keys of a JSON file, or of an object inside it; a field `hiddenSize` is the key `hidden_size`. */
export function jsonSource(where: string, json: object): ConfigSource {
  return {
    check<const F extends Fields>(fields: F) {
      const keys = snakeFields(fields) as Fields;
      const known = Object.fromEntries(Object.entries(json).filter(([key]) => Object.hasOwn(keys, key)));
      return camelFields(checkedKeys(where, keys, known)) as Resolved<F>;
    },
    nameOf: snakeCase,
    fault: (field, expected, received, advice) =>
      new ModelError('CONFIG_INVALID', {
        where: `${where}, key ${snakeCase(field)}`,
        expected,
        received,
        ...(advice && { advice }),
      }),
    within(field) {
      const value = (json as Readonly<Record<string, unknown>>)[snakeCase(field)];
      const inner = typeof value === 'object' && value !== null ? value : {};
      return jsonSource(`${where}, ${snakeCase(field)}`, inner);
    },
  };
}

/** That `field` is a multiple of `divisor`. */
export function requireMultiple(
  source: ConfigSource,
  values: Readonly<Record<string, unknown>>,
  field: string,
  divisor: string,
): void {
  const [value, step] = [values[field] as number, values[divisor] as number];
  if (value % step === 0) return;
  throw source.fault(field, `a multiple of ${source.nameOf(divisor)} (${step})`, String(value));
}

/** The fields of a config.json under the names used here: `hidden_size` becomes `hiddenSize`. */
function camelFields(json: object): Record<string, unknown> {
  return renamed(json, (name) => name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
}

/** The inverse of `camelFields` for the names of the configurations here. */
export function snakeFields(config: object): Record<string, unknown> {
  return renamed(config, snakeCase);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function checkedKeys(path: string, keys: Fields, known: object): Record<string, unknown> {
  try {
    return optionTable(path, keys, ModelError).check(known);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { where, expected, received } = error;
    throw new ModelError('CONFIG_INVALID', {
      where: where.replace(`${path}, option `, `${path}, key `),
      expected,
      received,
    });
  }
}

function renamed(record: object, rename: (name: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [rename(name), value]));
}
