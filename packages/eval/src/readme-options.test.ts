import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as evaluation from './index.js';

/** What the README's tables write as one word. */
const SETS = ['train', 'trainLabels', 'test', 'testLabels', 'classes'];
const SHORT: readonly [RegExp, readonly string[]][] = [
  [/^sets\b/, SETS],
  [/^encoder but for intervals\b/, ['engine', 'model', 'batchSize']],
  [/^encoder\b(?! but)/, ['engine', 'model', 'batchSize', 'intervals']],
  [/, clips\b/, ['train', 'test', 'classes']],
];

const readme = readFileSync(`${import.meta.dirname}/../README.md`, 'utf8');
const section = readme.slice(
  readme.indexOf('\n## Options\n'),
  readme.indexOf('\n## What the numbers mean\n'),
);
const quoted = (text: string) => Array.from(text.matchAll(/`(\w+)`/g), ([, name]) => name!);
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => {
    const [, names, options] = line.split('|') as [string, string, string];
    const short = SHORT.filter(([word]) => word.test(options.trim())).flatMap(([, of]) => of);
    return quoted(names).map((name) => [name, [...short, ...quoted(options)]] as const);
  });

/** The names that a function knows, as it tells who gives another one. */
async function knownTo(name: string): Promise<string[]> {
  const call = (evaluation as Record<string, unknown>)[name] as (...given: unknown[]) => unknown;
  const outcomes = { intervals: [{}], pairedDifferences: [{}, {}] }[name] ?? [];
  const { where, expected } = (await Promise.resolve()
    .then(() => call(...outcomes, { nothing: 1 }))
    .catch((error: { where: string; expected: string }) => error)) as { where: string; expected: string };
  expect(where).toMatch(new RegExp(`^${name}\\b`)); // and no other that it calls
  return /one of the options ([\w, ]+)/.exec(expected)![1]!.split(', ');
}

it.each(rows)('the README tells the options of %s', async (name, options) => {
  expect([...options].sort()).toEqual((await knownTo(name)).sort());
});

it('the README tells the options of every evaluator', () => {
  const evaluators = Object.keys(evaluation).filter((name) => name.endsWith('Evaluator'));
  expect(rows.map(([name]) => name)).toEqual(expect.arrayContaining(evaluators));
});
