import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { kernels } from './register.js';
import { unsupportedKernels } from './unsupported.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const section = readme.slice(readme.indexOf('\n## Kernels\n'), readme.indexOf('\n### Numbers\n'));

/** TensorFlow.js's kernels that are recorded; those of the fused operations are this package's own. */
const recorded = [...kernels.map(({ name }) => name), tf.Identity].filter((name) => !name.startsWith('Tgm'));

/** The kernels in a column of a table of the README, of which `head` is the first line. */
function namesIn(head: RegExp, column: number): string[] {
  const rows = section.slice(section.search(head)).trimEnd().split('\n\n')[0]!.split('\n').slice(2);
  return rows.flatMap((row) => row.split('|')[column]!.replaceAll('\\', '').trim().split(/\s+/)).sort();
}

test('the README names the kernels that are recorded, and those that are refused', () => {
  expect(namesIn(/^\| of /m, 2)).toEqual([...recorded].sort());
  expect(namesIn(/^\| kernels /m, 1)).toEqual(Object.keys(unsupportedKernels).sort());
});

test('the README counts them', () => {
  const [, all, some] = /names (\d+) kernels; (\d+) of them are recorded/.exec(section)!;
  expect(Number(some)).toBe(recorded.length);
  expect(Number(all)).toBe(recorded.length + Object.keys(unsupportedKernels).length);
});
