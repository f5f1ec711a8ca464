import { resolve } from 'node:path';
import { type Fields, innerFields, type OptionFault } from '@tgm/options';
import { CliError } from '../program/errors.js';
import { nearest } from '../program/nearest.js';
import { valueOfTexts } from '../program/read-text.js';
import type { ConfigFile } from './config-file.js';
import { flagName } from './flag-name.js';
import { type About, isPath, type Section } from './section.js';

/** Options of a section that a command line gives: texts by name, `encoding.crf` for one within another. */
export type GivenFlags = ReadonlyMap<
  string,
  { readonly flag: string; readonly texts: readonly string[] | boolean }
>;

/** A section as it stands. */
export interface ResolvedSection {
  /** Every option with its default. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each option comes from, as it is shown: `--videos`, `tgm.config.json:4:5`, `default`. */
  readonly origins: Readonly<Record<string, string>>;
}

/**
 * Puts a section together: what its table fills in, over it a configuration file, over it the command line. All paths in it are
 * absolute.
 *
 * @throws CliError `CONFIG_INVALID` or `OPTION_INVALID` with all that is wrong: where it stands, and the nearest name that is known.
 */
export async function resolveSection(
  section: Section,
  file: ConfigFile | undefined,
  flags: GivenFlags,
): Promise<ResolvedSection> {
  const written = file?.values[section.name];
  if (written !== undefined && (typeof written !== 'object' || written === null || Array.isArray(written))) {
    throw new CliError('CONFIG_INVALID', {
      where: `${file!.place([section.name], 'value')}, ${section.name}`,
      expected: 'an object of options',
      received: JSON.stringify(written),
    });
  }
  const everywhere = Object.assign({}, ...section.groups.map(({ about }) => about)) as Readonly<
    Record<string, About>
  >;
  const fromFile = written as Readonly<Record<string, unknown>> | undefined;
  const raw = Object.fromEntries(
    [...flags].map(([name, { texts }]) => [
      name,
      Array.isArray(texts) && texts.length === 1 ? texts[0] : texts,
    ]),
  );
  const { table, about } = await section.choose({
    ...withPaths(fromFile, everywhere, file?.folder),
    ...withPaths(raw, everywhere, process.cwd()),
  });
  const values = withPaths(fromFile, about, file?.folder);
  for (const [name, { texts }] of flags) {
    const value = typeof texts === 'boolean' ? texts : valueOfTexts(fieldOf(table.fields, name), texts);
    const [outer, ...inner] = name.split('.') as [string, ...string[]];
    const path = about[outer] && isPath(about[outer]) ? absolute(value, process.cwd()) : value;
    set(values, [outer, ...inner], path);
  }
  const faults = table.faults(values);
  if (faults.length > 0) throw refusal(section, file, flags, faults);

  const checked = withPaths(table.check(values), about, process.cwd());
  const origins = Object.keys(checked).map((name) => {
    const flag = [...flags].find(([option]) => option.split('.')[0] === name)?.[1].flag;
    const inFile = fromFile?.[name] === undefined ? undefined : file!.place([section.name, name], 'name');
    return [name, flag ?? inFile ?? 'default'];
  });
  return { values: checked, origins: Object.fromEntries(origins) };
}

/** A copy in which paths are absolute. */
function withPaths(
  values: Readonly<Record<string, unknown>> = {},
  about: Readonly<Record<string, About>>,
  folder = process.cwd(),
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (about[name] && isPath(about[name])) return [name, absolute(value, folder)];
      return [name, isPlain(value) ? { ...value } : value];
    }),
  );
}

function absolute(value: unknown, folder: string): unknown {
  if (typeof value === 'string') return value === '' ? value : resolve(folder, value);
  if (Array.isArray(value)) return value.map((each) => absolute(each, folder));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, absolute(each, folder)]));
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function set(values: Record<string, unknown>, [name, ...inner]: string[], value: unknown): void {
  if (inner.length === 0) values[name!] = value;
  else {
    if (!isPlain(values[name!])) values[name!] = {};
    set(values[name!] as Record<string, unknown>, inner, value);
  }
}

function fieldOf(fields: Fields, name: string): Fields[string] | undefined {
  const [outer, ...inner] = name.split('.');
  const field = fields[outer!];
  if (field === undefined || inner.length === 0) return field;
  const within = innerFields(field);
  return within && fieldOf(within, inner.join('.'));
}

function refusal(
  section: Section,
  file: ConfigFile | undefined,
  flags: GivenFlags,
  faults: readonly OptionFault[],
): CliError {
  const told = faults.map((fault) => {
    const name = fault.option;
    const flag = [...flags].find(([option]) => option === name || option.startsWith(`${name}.`))?.[1].flag;
    const isUnknown = fault.received === 'an unknown name';
    const path = [section.name, ...name.split('.')];
    const inFile = file?.place(path, isUnknown ? 'name' : 'value');
    const isMissing = fault.received === 'nothing';
    const where = flag ?? (isMissing ? path.join('.') : `${inFile}, ${path.join('.')}`);
    // What is known stands in what was expected: names of options, or values in quotes.
    const known = isUnknown
      ? (fault.expected.split('options ')[1] ?? '').split(', ')
      : [...fault.expected.matchAll(/"([^"]+)"/g)].map(([, value]) => value!);
    const wrong = isUnknown ? path.at(-1)! : /^"(.*)"$/.exec(fault.received)?.[1];
    const meant = wrong && nearest(wrong, known);
    return { ...fault, where, flag, meant, isMissing };
  });
  const advice = told
    .flatMap(({ meant, isMissing, option }) => {
      if (isMissing) return [`Give it by --${flagName(option)}.`];
      return meant ? [`Did you mean "${meant}"?`] : [];
    })
    .join(' ');
  const code = told.every(({ flag }) => flag === undefined) && file ? 'CONFIG_INVALID' : 'OPTION_INVALID';
  const [only] = told;
  const list = (of: 'expected' | 'received') => told.map((each) => `${each.where}: ${each[of]}`).join('; ');
  return new CliError(code, {
    where: told.length === 1 ? only!.where : section.name,
    expected: told.length === 1 ? only!.expected : list('expected'),
    received: told.length === 1 ? only!.received : list('received'),
    ...(advice && { advice }),
  });
}
