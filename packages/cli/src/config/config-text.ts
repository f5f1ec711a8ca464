import type { ResolvedSection } from './resolve-section.js';

/** Sections as they stand, as JSON that `--config` reads. Which part of the work a process does is left out: all parts have one. */
export function configText(sections: Readonly<Record<string, ResolvedSection>>, title: string): string {
  const functions: string[] = [];
  const values = Object.entries(sections).map(([section, resolved]) => {
    const options = Object.entries(resolved.values).filter(([option, value]) => {
      if (typeof value === 'function') functions.push(`${section}.${option}`);
      return value !== undefined && typeof value !== 'function' && option !== 'shard';
    });
    return [section, Object.fromEntries(options)];
  });
  const note = functions.length > 0 ? `// Functions are not in here: ${functions.join(', ')}\n` : '';
  return `// ${title}\n${note}${JSON.stringify(Object.fromEntries(values), null, 2)}\n`;
}

/** The same as lines for people, each with where it comes from; without what is not set. */
export function configLines(sections: Readonly<Record<string, ResolvedSection>>): string[] {
  return Object.entries(sections).flatMap(([section, { values, origins }]) =>
    Object.entries(values).flatMap(([option, value]) => {
      if (value === undefined) return [];
      const shown = typeof value === 'function' ? 'a function' : JSON.stringify(value);
      return [`  ${`${section}.${option}`.padEnd(24)} ${shown}  (${origins[option]})`];
    }),
  );
}
