import { ConfigError } from './errors.js';

/** Reads and checks the fields of a configuration, and says which one is wrong. */
export interface FieldReader {
  /** An integer of at least 1. */
  count(field: string): number;
  /** A finite number above 0. */
  positive(field: string): number;
  /** A finite number. */
  number(field: string): number;
  /** Three finite numbers, for red, green and blue; all above 0 where that is asked for. */
  channels(field: string, range?: 'above 0'): [number, number, number];
  /** A list of at least one text, none empty. */
  strings(field: string): readonly string[];
  oneOf<T extends string | number | boolean>(field: string, values: readonly T[]): T;
  /** That `field` is a multiple of `divisor`, both counts. */
  divides(field: string, divisor: string): void;
  /** A configuration inside this one. */
  record(field: string): FieldReader;
}

/** @param where names the configuration in messages, for instance the path of its file. */
export function readFields(config: object, where: string): FieldReader {
  const fields = config as Readonly<Record<string, unknown>>;
  return {
    count(field) {
      const value = fields[field];
      if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
      throw new ConfigError(where, field, 'an integer of at least 1', value);
    },
    positive(field) {
      const value = fields[field];
      if (Number.isFinite(value) && (value as number) > 0) return value as number;
      throw new ConfigError(where, field, 'a number above 0', value);
    },
    number(field) {
      const value = fields[field];
      if (Number.isFinite(value)) return value as number;
      throw new ConfigError(where, field, 'a number', value);
    },
    channels(field, range) {
      const value = fields[field];
      const allowed = (entry: unknown) => Number.isFinite(entry) && (!range || (entry as number) > 0);
      if (Array.isArray(value) && value.length === 3 && value.every(allowed)) {
        return value as [number, number, number];
      }
      throw new ConfigError(where, field, `three numbers${range ? ` ${range}` : ''}`, value);
    },
    strings(field) {
      const value = fields[field];
      const isText = (entry: unknown) => typeof entry === 'string' && entry !== '';
      if (Array.isArray(value) && value.length > 0 && value.every(isText)) return value;
      throw new ConfigError(where, field, 'a list of texts', value);
    },
    oneOf(field, values) {
      const value = fields[field] as (typeof values)[number];
      if (values.includes(value)) return value;
      throw new ConfigError(where, field, values.map((v) => JSON.stringify(v)).join(' or '), value);
    },
    divides(field, divisor) {
      const value = this.count(field);
      if (value % this.count(divisor) === 0) return;
      throw new ConfigError(where, field, `a multiple of ${divisor} (${fields[divisor]})`, value);
    },
    record(field) {
      const value = fields[field];
      if (typeof value === 'object' && value !== null) return readFields(value, `${where}, ${field}`);
      throw new ConfigError(where, field, 'an object', value);
    },
  };
}

/** The fields of a config.json under the names used here: `hidden_size` becomes `hiddenSize`. */
export function camelFields(json: object): Record<string, unknown> {
  return renamed(json, (name) => name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
}

/** The inverse of `camelFields` for the names of the configurations here. */
export function snakeFields(config: object): Record<string, unknown> {
  return renamed(config, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function renamed(record: object, rename: (name: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [rename(name), value]));
}
