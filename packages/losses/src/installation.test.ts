import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const dependenciesOf = (path: string) =>
  Object.keys(JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).dependencies ?? {});

it('brings nothing native: options alone, and what checks them', () => {
  expect(dependenciesOf('../package.json')).toEqual(['@tgm/options']);
  expect(dependenciesOf('../../options/package.json')).toEqual(['valibot']);
});
