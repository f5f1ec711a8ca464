import type { ConfigFile } from './config-file.js';
import { type ResolvedSection, resolveSection } from './resolve-section.js';
import type { Section } from './section.js';
import type { GivenFlags } from './section-flags.js';
import { SECTIONS } from './sections.js';

/** Sections as they stand, by name. */
export type ResolvedSections = Readonly<Record<string, ResolvedSection>>;

/**
 * Puts the sections of a command together. One that may be left out and is, is not there.
 *
 * @param file Sections that no configuration has are not looked for in it.
 * @throws CliError as `resolveSection`
 */
export async function resolveSections(
  sections: readonly Section[],
  file: ConfigFile | undefined,
  flagsOf: (section: Section) => GivenFlags,
): Promise<ResolvedSections> {
  const resolved: Record<string, ResolvedSection> = {};
  for (const section of sections) {
    const ofFile = section.name in SECTIONS ? file : undefined;
    const found = await resolveSection(section, ofFile, flagsOf(section), sections);
    if (found) resolved[section.name] = found;
  }
  return resolved;
}
