import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** The files that `entry` loads, by name, and the packages that they import. */
function loaded(entry: string): { files: string[]; packages: string[] } {
  const files = [entry];
  const packages = new Set<string>();
  for (const file of files) {
    const code = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    for (const [, name] of code.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)';/gm)) {
      const own = name!.match(/^\.\/(.+)\.js$/)?.[1];
      if (own === undefined) packages.add(name!);
      else if (!files.includes(`${own}.ts`)) files.push(`${own}.ts`);
    }
  }
  return { files, packages: [...packages] };
}

it('imports nothing that a browser lacks, but for the testing', () => {
  const { files, packages } = loaded('index.ts');
  expect(files).toContain('option-table.ts');
  expect(packages).toEqual(['valibot']);
  expect(loaded('testing.ts').packages).toContain('node:fs');
  for (const file of files)
    expect(readFileSync(`${import.meta.dirname}/${file}`, 'utf8'), file).not.toMatch(
      /\b(process|Buffer)\.\w/,
    );
});
