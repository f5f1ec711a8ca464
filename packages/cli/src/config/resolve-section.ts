import { type Fields, innerFields } from '@tgm/options';
import { CliError } from '../program/errors.js';
import { valueOfTexts } from '../program/read-text.js';
import type { ConfigFile } from './config-file.js';
import { fileLayer } from './file-layer.js';
import { isPlain, type Layer, merged, originOf } from './layers.js';
import { refusal } from './refusal.js';
import { type About, asPath, type Section } from './section.js';
import type { GivenFlags } from './section-flags.js';

/** A section as it stands. */
export interface ResolvedSection {
  /** Every option with its default. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each option comes from, as it is shown: `--videos`, `tgm.config.json:4:5`, `preset tgm-b-ssv2`, `default`. */
  readonly origins: Readonly<Record<string, string>>;
}

/**
 * Puts a section together: what its table fills in, over it a preset that it names, a configuration file, and the command line. All
 * paths in it are absolute. Nothing, for a section that may be left out and is.
 *
 * @param sections of the command: they decide which flag an option has.
 * @throws CliError `CONFIG_INVALID` or `OPTION_INVALID` with all that is wrong: where it stands, and the nearest name that is known.
 */
export async function resolveSection(
  section: Section,
  file: ConfigFile | undefined,
  flags: GivenFlags,
  sections: readonly Section[] = [section],
): Promise<ResolvedSection | undefined> {
  const written = file?.values[section.name];
  if (written !== undefined && (typeof written !== 'object' || written === null || Array.isArray(written))) {
    throw new CliError('CONFIG_INVALID', {
      where: `${file!.place([section.name], 'value')}, ${section.name}`,
      expected: 'an object of options',
      received: JSON.stringify(written),
    });
  }
  if (section.optional && written === undefined && flags.size === 0) return undefined;
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
  const given = {
    ...withPaths(fromFile, everywhere, file?.folder),
    ...withPaths(raw, everywhere, process.cwd()),
  };
  const group = await section.choose(given, file);
  const { table, about } = group;
  const layers: readonly Layer[] = [
    ...(section.below?.(given, file) ?? []),
    ...(file && fromFile ? [fileLayer(section.name, file, withPaths(fromFile, about, file.folder))] : []),
    flagLayer(flags, table.fields, about),
  ];
  const values = layers.reduce<unknown>((below, { values }) => merged(below, values), {});
  const faults = table.faults(values);
  if (faults.length > 0)
    throw refusal({ section, group, sections, isFromFile: file !== undefined, layers, flags }, faults);

  const checked = withPaths(table.check(values), about, process.cwd());
  const origins = Object.keys(checked).map((name) => [name, originOf(name, layers)]);
  return { values: checked, origins: Object.fromEntries(origins) };
}

function flagLayer(flags: GivenFlags, fields: Fields, about: Readonly<Record<string, About>>): Layer {
  const values = {};
  for (const [name, { texts }] of flags) {
    const value = typeof texts === 'boolean' ? texts : valueOfTexts(fieldOf(fields, name), texts);
    const [outer, ...inner] = name.split('.') as [string, ...string[]];
    set(values, [outer, ...inner], absolute(about[outer], value, process.cwd()));
  }
  const flagOf = (option: string) => [...flags].find(([name]) => name.split('.')[0] === option)?.[1].flag;
  return { values, origin: (option) => flagOf(option)! };
}

/** A copy in which paths are absolute. */
function withPaths(
  values: Readonly<Record<string, unknown>> = {},
  about: Readonly<Record<string, About>>,
  folder = process.cwd(),
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      return [name, absolute(about[name], value, folder)];
    }),
  );
}

/** A copy of a value in which the texts are absolute, where the option is about paths. */
function absolute(about: About | undefined, value: unknown, folder: string): unknown {
  if (typeof value === 'string') return about ? asPath(about, value, folder) : value;
  if (Array.isArray(value)) return value.map((each) => absolute(about, each, folder));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, absolute(about, each, folder)]),
  );
}

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
