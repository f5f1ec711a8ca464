import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Fields, OptionTable } from '@tgm/options';
import type { ConfigFile } from './config-file.js';
import type { Layer } from './layers.js';

/**
 * An option as `--help` shows it: what stands behind its flag, and what it is for. What has `<file>`, `<folder>` or `<path>` in it
 * are paths; `<folder or name>` is one where something lies there.
 */
export type About = readonly [value: string, says: string];

/** The options of one function: the table by which it checks them, and a word on each. */
export interface OptionGroup {
  /** When these options are taken, where a section has several groups: `--format kinetics`. */
  readonly when?: string;
  readonly table: OptionTable<Fields>;
  readonly about: Readonly<Record<string, About>>;
}

/** A part of a configuration. Its options are those of the functions that it goes to; it has no list of its own. */
export interface Section {
  /** Its name in a configuration. */
  readonly name: string;
  /** All that it may hold. */
  readonly groups: readonly OptionGroup[];
  /** Whether commands may do without it: where neither the file nor the command line has any of it, it is left out. */
  readonly optional?: boolean;
  /**
   * The group for options as they were given: paths are absolute, and what comes from a command line is text. `file` is the whole
   * configuration.
   */
  choose(given: Readonly<Record<string, unknown>>, file?: ConfigFile): Promise<OptionGroup>;
  /** What stands below the section as it was given, the lowest first: a preset that it names. */
  below?(given: Readonly<Record<string, unknown>>, file?: ConfigFile): readonly Layer[];
}

/** A group, typed so that an option without a word does not compile. */
export function optionGroup<F extends Fields>(
  table: OptionTable<F>,
  about: Readonly<Record<keyof F & string, About>>,
  when?: string,
): OptionGroup {
  return { table: table as OptionTable<Fields>, about, ...(when && { when }) };
}

/** A section of one group. */
export const section = (name: string, group: OptionGroup): Section => ({
  name,
  groups: [group],
  choose: async () => group,
});

/** A text of an option as the path that it means from `folder`, where it is one. */
export function asPath([value]: About, text: string, folder: string): string {
  if (text === '') return text;
  const path = resolve(folder, text);
  if (/<(file|folder|path)>/.test(value)) return path;
  return value === '<folder or name>' && (/^\.{0,2}[/\\]/.test(text) || existsSync(path)) ? path : text;
}
