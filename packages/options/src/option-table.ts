import * as v from 'valibot';
import type { Fault, TgmError } from './error.js';
import type { Field } from './field.js';
import { showValue } from './show-value.js';

/** An option that may be left out; then the default stands, or nothing where none is given. */
export type Optional<T, D = undefined> = v.GenericSchema<
  T | undefined,
  D extends undefined ? T | undefined : T
> & {
  readonly type: 'optional';
};

/** The fields of a table by the options' names. */
export type Fields = Readonly<Record<string, v.GenericSchema>>;

/** The options as they stand after a check: defaults filled in. */
export type Resolved<F extends Fields> = { readonly [K in keyof F]: v.InferOutput<F[K]> };

/** An error class of a package; every package has the code `OPTION_INVALID`. */
export type Refusal = new (code: 'OPTION_INVALID', fault: Fault) => TgmError;

/** All options of one function. */
export interface OptionTable<F extends Fields> {
  /** The function that takes the options. */
  readonly where: string;
  readonly fields: F;
  /**
   * The options with defaults filled in. Nothing, for a function whose options may all be left out, is `{}`.
   *
   * @throws the table's error with `OPTION_INVALID`, for an option that is missing, of another kind, out of range, or
   *   not known. It names all of them.
   */
  check(options: unknown): Resolved<F>;
  /** What `check` would throw for, option by option; none where it would not. Names in the order of the table, unknown ones last. */
  faults(options: unknown): readonly OptionFault[];
}

/** What is wrong with one option. */
export interface OptionFault {
  /** Names from the outermost option inwards, joined by dots; empty where the options are no object. */
  readonly option: string;
  readonly expected: string;
  readonly received: string;
}

/** A table of options for `where`, whose faults are told by the error class of its package. */
export function optionTable<const F extends Fields>(
  where: string,
  fields: F,
  refusal: Refusal,
): OptionTable<F> {
  const known = v.object(fields);
  const names = namesOf(fields);
  const read = (options: unknown = {}): { output?: Resolved<F>; faults: readonly OptionFault[] } => {
    if (typeof options !== 'object' || options === null || Array.isArray(options))
      return { faults: [{ option: '', expected: 'an object of options', received: showValue(options) }] };
    const result = v.safeParse(known, options);
    const unknown = Object.keys(options).filter((name) => !Object.hasOwn(fields, name));
    const faults = [
      ...(result.issues ?? []).map((issue) => faultOf(issue, fields)),
      ...unknown.map((option) => ({ option, expected: names, received: 'an unknown name' })),
    ];
    return faults.length > 0 ? { faults } : { output: result.output as Resolved<F>, faults };
  };
  return {
    where,
    fields,
    check(options) {
      const { output, faults } = read(options);
      if (output === undefined) throw new refusal('OPTION_INVALID', joined(where, faults));
      return output;
    },
    faults: (options) => read(options).faults,
  };
}

/** Whether a field takes a value as it is; nothing where it may be left out. */
export const accepts = (field: v.GenericSchema, value: unknown): boolean => v.safeParse(field, value).success;

/** The fields of `nested` options, optional or not, and of either of two such; nothing for any other field. */
export function innerFields(field: v.GenericSchema): Fields | undefined {
  const { type, wrapped, entries, options } = field as {
    readonly type: string;
    readonly wrapped?: v.GenericSchema;
    readonly entries?: Fields;
    readonly options?: readonly v.GenericSchema[];
  };
  if (type === 'optional') return innerFields(wrapped!);
  if (type === 'union') {
    const either = options!.map(innerFields);
    return either.includes(undefined) ? undefined : Object.assign({}, ...either);
  }
  return type === 'strict_object' ? entries : undefined;
}

/** Whether a field takes a list, whatever it asks of the entries: `listOf`, optional or not, alone or as one of two kinds. */
export function takesList(field: v.GenericSchema): boolean {
  const { type, wrapped, options } = field as {
    readonly type: string;
    readonly wrapped?: v.GenericSchema;
    readonly options?: readonly v.GenericSchema[];
  };
  if (type === 'optional') return takesList(wrapped!);
  return type === 'union' ? options!.some(takesList) : type === 'array';
}

export function optional<T>(field: Field<T>): Optional<T>;
export function optional<T>(field: Field<T>, otherwise: NoInfer<T>): Optional<T, T>;
export function optional<T>(field: Field<T>, otherwise?: T): Optional<T, T | undefined> {
  // valibot calls a default that is a function; here a function is the default itself.
  const standing = typeof otherwise === 'function' ? () => otherwise : otherwise;
  return v.optional(field, standing as never) as unknown as Optional<T, T | undefined>;
}

/** Options within an option, as strict about their names as the outer ones. */
export const nested = <const F extends Fields>(fields: F): Field<Resolved<F>> =>
  v.strictObject(fields, namesOf(fields)) as unknown as Field<Resolved<F>>;

const namesOf = (fields: Fields): string => `one of the options ${Object.keys(fields).join(', ')}`;

function faultOf(issue: v.BaseIssue<unknown>, fields: Fields): OptionFault {
  const option = (issue.path ?? []).map((step) => String(step.key)).join('.');
  if (issue.expected === 'never') return { option, expected: issue.message, received: 'an unknown name' };
  const missing = issue.type === 'object' || issue.type === 'strict_object';
  if (!missing) return { option, expected: issue.message, received: showValue(issue.input) };
  return issue.expected === 'Object'
    ? { option, expected: 'an object of options', received: showValue(issue.input) }
    : { option, expected: expectedOf(fieldAt(fields, option.split('.'))), received: 'nothing' };
}

/** The field of an option, also of one within others; nothing where it stands in a list or a choice of two kinds. */
function fieldAt(
  fields: Fields | undefined,
  [name, ...inner]: readonly string[],
): v.GenericSchema | undefined {
  const field = fields?.[name!];
  return field === undefined || inner.length === 0 ? field : fieldAt(innerFields(field), inner);
}

/** What a field says of a value that is none. */
function expectedOf(field: v.GenericSchema | undefined): string {
  const issue = field && v.safeParse(field, undefined).issues?.[0];
  if (issue === undefined) return 'a value';
  return issue.type === 'strict_object' ? 'an object of options' : issue.message;
}

function joined(where: string, faults: readonly OptionFault[]): Fault {
  const [only] = faults;
  if (faults.length === 1 && only) {
    if (only.option === '') return { where, expected: only.expected, received: only.received };
    return { where: `${where}, option ${only.option}`, expected: only.expected, received: only.received };
  }
  const list = (of: 'expected' | 'received') =>
    faults.map((fault) => `${fault.option}: ${fault[of]}`).join('; ');
  return { where, expected: list('expected'), received: list('received') };
}
