import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { filesOf, writing } from './feature-files.test-support.js';
import type { FeatureFormat } from './feature-format.js';
import { readFeatures } from './read-features.js';
import { writeFeatures } from './write-features.js';
import type { FeatureProgress } from './write-shards.js';

const program = fileURLToPath(new URL('./write-until-killed.test-support.ts', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tgm-features-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Writes features in another process, which is killed as it tells for the `kill`th time. Returns what it told first. */
async function killed(folder: string, format: FeatureFormat, kill: number): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder, format]);
  const ended = once(child, 'exit');
  let [told, complaints] = ['', ''];
  child.stderr.on('data', (text) => (complaints += text));
  child.stdout.on('data', (text) => {
    told += text;
    if (told.split('\n').length > kill) child.kill('SIGKILL');
  });
  const [, signal] = await ended;
  expect({ signal, complaints }).toMatchObject({ signal: 'SIGKILL' });
  return told.split('\n')[0]!;
}

it.each(['safetensors', 'npy'] as const)(
  'a run that is killed again and again leaves the %s files of one that ran through',
  { timeout: 120_000 },
  async (format) => {
    const [whole, folder] = [join(root, `whole-${format}`), join(root, `killed-${format}`)];
    await writeFeatures(await writing(whole, format));
    // The first one tells of single samples; those behind it begin with a whole shard.
    expect(await killed(folder, format, 6)).toBe('1');
    expect(await killed(folder, format, 8)).toBe('4');
    const told: FeatureProgress[] = [];
    const written = await writeFeatures({
      ...(await writing(folder, format)),
      onProgress: (progress) => told.push(progress),
    });
    expect(written).toEqual({ shards: 7, count: 26, leftOut: [] });
    expect(told.at(-1)).toMatchObject({ done: 26, total: 26 });
    expect(told.at(-1)!.fresh).toBeLessThanOrEqual(26 - 2 * 4);
    const files = await filesOf(folder);
    // A kill in the middle of the first write of the index may leave what it began.
    for (const name of Object.keys(files)) if (name.startsWith('index.json.')) delete files[name];
    expect(files).toEqual(await filesOf(whole));
    expect(Object.keys(files)).toHaveLength(1 + 2 * 7);
    const { ids, width } = await readFeatures(folder);
    expect([ids, width]).toEqual([Array.from({ length: 26 }, (_, at) => `clip ${at}`), 12 + 24]);
  },
);
