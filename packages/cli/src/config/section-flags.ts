import { type Fields, innerFields, takesList } from '@tgm/options';
import type { Flag } from '../program/parse-flags.js';
import { isDeniable, isFlag, isWritable } from '../program/read-text.js';
import { flagName } from './flag-name.js';
import type { Section } from './section.js';

/** Options of a section that a command line gives: texts by name, `encoding.crf` for one within another. */
export type GivenFlags = ReadonlyMap<
  string,
  { readonly flag: string; readonly texts: readonly string[] | boolean }
>;

/** A flag of a command, and the option of a section that it sets. */
export interface SectionFlag extends Flag {
  readonly section: string;
  /** `encoding.crf` for an option within another. */
  readonly option: string;
}

/**
 * The flags of some sections by name: `--samples-per-shard`, and the same with its section, `--shards.samples-per-shard`. Where
 * two sections have an option of one name, the short form is that of the later one.
 */
export function sectionFlags(sections: readonly Section[]): Map<string, SectionFlag> {
  const flags = new Map<string, SectionFlag>();
  for (const section of sections) {
    for (const [option, fields] of optionsOf(section)) {
      const flag = {
        section: section.name,
        option,
        takesValue: !fields.every(isFlag),
        several: fields.some(takesList),
        deniable: fields.some(isDeniable),
      };
      flags.set(flagName(option), flag);
      flags.set(`${section.name}.${flagName(option)}`, flag);
    }
  }
  return flags;
}

/** The shortest flag that sets an option of a section, where a command has these sections: `--validation.source` beside data. */
export function flagOf(section: Section, option: string, sections: readonly Section[]): string {
  const last = sections.findLast((each) => optionsOf(each).has(option));
  const isOwn = last === undefined || last.name === section.name;
  return `--${isOwn ? '' : `${section.name}.`}${flagName(option)}`;
}

/** Every option that can be written, those within others too, with the fields that its groups have for it. */
export function optionsOf(section: Section): Map<string, Fields[string][]> {
  const options = new Map<string, Fields[string][]>();
  const add = (fields: Fields, before: string): void => {
    for (const [name, field] of Object.entries(fields)) {
      if (!isWritable(field)) continue;
      options.set(before + name, [...(options.get(before + name) ?? []), field]);
      const inner = innerFields(field);
      if (inner) add(inner, `${before}${name}.`);
    }
  };
  for (const { table } of section.groups) add(table.fields, '');
  return options;
}

/** What a command line gives to one section. */
export function flagsOfSection(
  section: Section,
  known: ReadonlyMap<string, SectionFlag>,
  given: ReadonlyMap<string, readonly string[] | boolean>,
): GivenFlags {
  return new Map(
    [...given].flatMap(([name, texts]) => {
      const flag = known.get(name);
      return flag?.section === section.name ? [[flag.option, { flag: `--${name}`, texts }] as const] : [];
    }),
  );
}
