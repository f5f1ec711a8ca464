import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeClip, readManifest } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  drawClip,
  FRAME_COUNT,
  FRAME_SIZE,
  LEVELS,
  type Level,
  type MakeProgress,
  makeMovingShapes,
  manifestPath,
  readRows,
} from './index.js';

const SEED = 5;
const progress: MakeProgress[] = [];
let folder: string;
const make = (options: { train?: number; seed?: number; level?: Level; signal?: AbortSignal } = {}) =>
  makeMovingShapes({ folder, train: 13, test: 5, seed: SEED, workers: 2, ...options });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moving-shapes-'));
  const options = { folder, train: 13, test: 5, seed: SEED, workers: 2 };
  await makeMovingShapes({ ...options, onProgress: (state) => progress.push(state) });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('makeMovingShapes', { timeout: 60_000 }, () => {
  test('writes as many clips as asked for, and tells how far it is', async () => {
    expect(await readdir(join(folder, 'train'))).toHaveLength(13);
    expect(await readdir(join(folder, 'test'))).toHaveLength(5);
    expect(progress.map(({ done }) => done)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
    expect(progress.at(-1)).toMatchObject({ total: 18, secondsLeft: 0 });
  });

  test('files decode to the drawn frames, up to compression', async () => {
    const { frames } = drawClip({ seed: SEED, split: 'train', index: 12 });
    const size = { width: FRAME_SIZE, height: FRAME_SIZE };
    const indices = Array.from({ length: FRAME_COUNT }, (_, i) => i);
    const decoded = await decodeClip(join(folder, 'train/00012.mp4'), { size, indices });
    expect(decoded.frames).toHaveLength(frames.length);
    const error = frames.reduce((sum, value, i) => sum + Math.abs(value - decoded.frames[i]!), 0);
    expect(error / frames.length).toBeLessThan(4);
    expect(decoded.times[15]! - decoded.times[0]!).toBeCloseTo(15 / 16, 3);
  });

  test('manifests name the files, the labels and what evaluation needs', async () => {
    const rows = await readRows(folder, 'train');
    expect(rows.map((row) => row.id)).toEqual(rows.map((_, i) => `train/${String(i).padStart(5, '0')}`));
    expect(rows.map((row) => row.label)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0]);
    for (const row of rows) {
      expect(existsSync(join(folder, row.path))).toBe(true);
      expect(row.boxes).toHaveLength(FRAME_COUNT);
      expect(row.captions).toHaveLength(3);
    }
    const pairs = await readRows(folder, 'train', 'pair');
    expect(pairs[0]!.captions[1]).toMatch(/^.+ with a small \w+ \w+$/);
    const detailed = await readRows(folder, 'train', 'scene');
    detailed.forEach((row, i) => {
      row.captions.forEach((caption, c) => {
        expect(caption.startsWith(`${rows[i]!.captions[c]} on a ${row.tone} background`)).toBe(true);
      });
    });
  });

  test('manifests open as data sets', async () => {
    const dataset = await readManifest(manifestPath(folder, 'test', 'scene'));
    const rows = await readRows(folder, 'test', 'scene');
    expect(dataset.length).toBe(5);
    const { id, label, captions, source } = await dataset.at(4);
    expect({ id, label, captions }).toEqual({ id: 'test/00004', label: 4, captions: rows[4]!.captions });
    expect(source).toBe(join(folder, 'test/00004.mp4'));
  });

  test('recognises what is there, and completes what is missing without touching the rest', async () => {
    expect(await make()).toEqual({ made: false, damaged: 0 });
    const before = await stat(join(folder, 'train/00003.mp4'));
    const text = await readFile(manifestPath(folder, 'train'), 'utf8');
    expect(await make({ train: 14 })).toEqual({ made: true, damaged: 0 });
    expect((await stat(join(folder, 'train/00003.mp4'))).mtimeMs).toBe(before.mtimeMs);
    expect((await readFile(manifestPath(folder, 'train'), 'utf8')).startsWith(text)).toBe(true);
  });

  test.each<readonly [string, string, (path: string) => Promise<void>]>([
    ['cut short', 'train/00002.mp4', (path) => truncate(path, 500)],
    ['emptied', 'test/00001.mp4', (path) => truncate(path, 0)],
    ['changed in one byte', 'train/00005.mp4', flipByte],
    ['removed', 'train/00007.mp4', (path) => rm(path)],
    ['with a line too many', 'test.jsonl', (path) => appendFile(path, '{}\n')],
    ['without its last line', 'train.scene.jsonl', (path) => truncate(path, 900)],
    ['not JSON', 'world.json', (path) => writeFile(path, '{"seed":')],
    ['cut short', 'contents.jsonl', (path) => truncate(path, 300)],
  ])('notices a file %s (%s), and makes it again as it was', async (_, file, damage) => {
    const path = join(folder, file);
    const before = await readFile(path);
    await damage(path);
    expect((await make({ train: 14 })).made).toBe(true);
    expect((await readFile(path)).equals(before)).toBe(true);
    expect(await make({ train: 14 })).toEqual({ made: false, damaged: 0 });
  });

  test('says how many files were damaged', async () => {
    await truncate(join(folder, 'train/00002.mp4'), 10);
    await truncate(join(folder, 'test.jsonl'), 10);
    expect(await make({ train: 14 })).toEqual({ made: true, damaged: 2 });
  });

  test.each([[{ train: Number.NaN }], [{ seed: 0.5 }], [{ train: -1 }], [{ trian: 3 } as object]])(
    'refuses %j',
    async (options) => {
      await expect(make(options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    },
  );

  test('refuses a folder of another seed', async () => {
    await expect(make({ seed: SEED + 1 })).rejects.toMatchObject({ code: 'OTHER_WORLD' });
  });

  test('refuses a folder of another level, and what is none', async () => {
    await expect(make({ level: LEVELS.still })).rejects.toMatchObject({
      code: 'OTHER_WORLD',
      received: `version 1 of seed ${SEED}`,
    });
    await expect(make({ level: 'still' as unknown as Level })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    const unknown = { ...LEVELS.still, camera: 'shakes' } as unknown as Level;
    await expect(make({ level: unknown })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  test('makes another level, with its captions and labels, and recognises it', async () => {
    const other = await mkdtemp(join(tmpdir(), 'moving-shapes-'));
    const level: Level = { ...LEVELS.reversed, captions: ['name', 'object'] };
    const options = { folder: other, train: 9, test: 2, seed: SEED, level, workers: 2 };
    expect(await makeMovingShapes(options)).toEqual({ made: true, damaged: 0 });
    expect(await makeMovingShapes(options)).toEqual({ made: false, damaged: 0 });
    expect(JSON.parse(await readFile(join(other, 'world.json'), 'utf8')).level).toEqual(level);
    const files = await readdir(other);
    expect(files.filter((file) => file.endsWith('l')).sort()).toEqual([
      'contents.jsonl',
      'test.jsonl',
      'test.name.jsonl',
      'train.jsonl',
      'train.name.jsonl',
    ]);
    const rows = await readRows(other, 'train', 'name');
    expect(rows.map(({ label }) => label)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0]);
    expect(rows.slice(2, 4).map(({ action }) => action)).toEqual(['up', 'down']);
    expect(rows[3]!.captions).toEqual(rows[2]!.captions);
    await expect(makeMovingShapes({ ...options, level: LEVELS.reversed })).rejects.toMatchObject({
      code: 'OTHER_WORLD',
    });
    await rm(other, { recursive: true });
  });

  test('does not write down the level that all data sets had before there were others', async () => {
    expect(JSON.parse(await readFile(join(folder, 'world.json'), 'utf8'))).not.toHaveProperty('level');
    expect(await make({ train: 14, level: { ...LEVELS.actions } })).toEqual({ made: false, damaged: 0 });
  });

  test('stops when asked to, keeps what is done, and goes on', async () => {
    const other = await mkdtemp(join(tmpdir(), 'moving-shapes-'));
    const stop = new AbortController();
    const options = { folder: other, train: 30, test: 0, seed: SEED, workers: 2 };
    const stopped = makeMovingShapes({
      ...options,
      signal: stop.signal,
      onProgress: ({ done }) => done === 3 && stop.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    const kept = await readdir(join(other, 'train'));
    expect(kept.length).toBeGreaterThanOrEqual(3);
    expect(kept.length).toBeLessThan(30);
    expect(kept.every((name) => /^\d{5}\.mp4$/.test(name))).toBe(true);
    expect(await makeMovingShapes(options)).toEqual({ made: true, damaged: 0 });
    expect(await readRows(other, 'train')).toHaveLength(30);
    await rm(other, { recursive: true });
  });
});

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}
