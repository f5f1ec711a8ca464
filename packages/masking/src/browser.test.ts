import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** What a browser has, or a package that runs in one. */
const ALLOWED = /^(\.{1,2}\/[a-z/.-]+\.js|@tgm\/options|@tgm\/random)$/;

it('imports nothing that a browser lacks', () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const imports = sources.flatMap((file) => {
    const code = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    return [...code.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name]) => name!);
  });
  expect(imports).toContain('@tgm/random');
  expect(imports.filter((name) => !ALLOWED.test(name))).toEqual([]);
});
