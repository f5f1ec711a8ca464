import type { ResolvedSections } from './resolve-sections.js';
import { SECTIONS } from './sections.js';

/**
 * Sections as they stand, as JSON that `--config` reads. Which part of the work a process does is left out: all parts have one.
 *
 * @param program that ran with them, `tgm shards`.
 */
export function configText(sections: ResolvedSections, program: string): string {
  const functions: string[] = [];
  const kept = Object.entries(sections).filter(([section]) => section in SECTIONS);
  const values = kept.map(([section, resolved]) => {
    const options = Object.entries(resolved.values).filter(([option, value]) => {
      if (typeof value === 'function') functions.push(`${section}.${option}`);
      return value !== undefined && typeof value !== 'function' && option !== 'shard';
    });
    return [section, Object.fromEntries(options)];
  });
  const note = functions.length > 0 ? `// Functions are not in here: ${functions.join(', ')}\n` : '';
  return `// What ${program} ran with\n${note}${JSON.stringify(Object.fromEntries(values), null, 2)}\n`;
}

/** The same as lines for people, each with where it comes from; without what is not set, and what a default or a preset has said. */
export function configLines(sections: ResolvedSections): string[] {
  return Object.entries(sections).flatMap(([section, { values, origins }]) =>
    Object.entries(values).flatMap(([option, value]) => {
      const origin = origins[option]!;
      if (value === undefined || origin === 'default' || origin.startsWith('preset ')) return [];
      const shown = typeof value === 'function' ? 'a function' : JSON.stringify(value);
      return [`  ${`${section}.${option}`.padEnd(24)} ${shown}  (${origin})`];
    }),
  );
}
