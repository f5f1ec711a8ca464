import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !/test/.test(file),
);

/** What a file imports when it is loaded, but for types. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8');
  const imports = text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gms);
  return [...imports].map(([, name]) => name!).filter((name) => !name.startsWith('.'));
}

it('loads no package that only some need, and nothing native of its own', () => {
  const packages = new Set(SOURCES.flatMap(importsOf).filter((name) => !name.startsWith('node:')));
  expect([...packages].sort()).toEqual([
    '@huggingface/tokenizers',
    '@tensorflow/tfjs',
    '@tgm/masking',
    '@tgm/options',
    '@tgm/tfjs-backend-onnx',
    'entities/decode',
  ]);
});

it('keeps files of the disk away from the models themselves', () => {
  const readers = SOURCES.filter((file) => importsOf(file).some((name) => name.startsWith('node:')));
  for (const file of readers) {
    expect(file).toMatch(
      /^(captions|checkpoint|command|descriptions|onnx-teacher|safetensors|shard-folder)\/|^(lock-file|tensors-digest|write-atomically)\.ts$/,
    );
  }
  expect(readers.length).toBeGreaterThan(0);
});
