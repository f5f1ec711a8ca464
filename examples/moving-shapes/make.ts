import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OtherWorldError } from './errors.js';
import { renderAll } from './render-pool.js';
import { type CaptionLevel, manifestPath } from './row.js';
import type { ClipKey } from './world.js';

export interface MakeProgress {
  readonly done: number;
  readonly total: number;
  readonly clipsPerSecond: number;
  /** Seconds until the end at this speed. */
  readonly secondsLeft: number;
}

export interface MakeOptions {
  readonly folder: string;
  /** Clips in the split `train`. */
  readonly train: number;
  /** Clips in the split `test`. */
  readonly test: number;
  readonly seed: number;
  /** Threads that render and encode. */
  readonly workers: number;
  readonly onProgress?: (progress: MakeProgress) => void;
  readonly signal?: AbortSignal;
}

/** Written into `world.json`. `version` changes when the same key would draw other pixels. */
interface WorldFile {
  readonly version: number;
  readonly seed: number;
  readonly train: number;
  readonly test: number;
  readonly complete: boolean;
}

const VERSION = 1;
const LEVELS: readonly CaptionLevel[] = ['object', 'scene'];

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/**
 * Makes the captioned data set as H.264 files: `<folder>/train/00000.mp4`, ..., and the manifests
 * `train.jsonl`, `train.scene.jsonl`, `test.jsonl`, `test.scene.jsonl`.
 *
 * A finished data set of the same settings is returned at once. An interrupted one, or one of another size,
 * is completed: files already there are kept, since each is a pure function of (seed, split, index).
 *
 * @returns whether anything had to be made.
 * @throws OtherWorldError where the folder holds clips of another seed or version.
 */
export async function makeMovingShapes(options: MakeOptions): Promise<{ readonly made: boolean }> {
  const { folder, train, test, seed, workers, onProgress, signal } = options;
  const world: WorldFile = { version: VERSION, seed, train, test, complete: true };
  const worldPath = join(folder, 'world.json');
  if (existsSync(worldPath)) {
    const found = JSON.parse(await readFile(worldPath, 'utf8')) as WorldFile;
    if (found.seed !== seed || found.version !== VERSION) {
      const name = (file: WorldFile) => `version ${file.version} of seed ${file.seed}`;
      throw new OtherWorldError(folder, name(world), name(found));
    }
    if (found.train === train && found.test === test && found.complete) return { made: false };
  }

  for (const split of ['train', 'test']) await mkdir(join(folder, split), { recursive: true });
  await writeWhole(worldPath, JSON.stringify({ ...world, complete: false }));

  const keysOf = (split: string, count: number): ClipKey[] =>
    Array.from({ length: count }, (_, index) => ({ seed, split, index }));
  const requests = [...keysOf('train', train), ...keysOf('test', test)].map((key) => ({ folder, key }));
  const begun = performance.now();
  let done = 0;
  const rows = await renderAll(
    requests,
    workers,
    () => {
      done++;
      const clipsPerSecond = (1000 * done) / (performance.now() - begun);
      const total = requests.length;
      onProgress?.({ done, total, clipsPerSecond, secondsLeft: (total - done) / clipsPerSecond });
    },
    signal,
  );

  for (const level of LEVELS) {
    const lines = rows.map((row) => `${JSON.stringify(row[level])}\n`);
    await writeWhole(manifestPath(folder, 'train', level), lines.slice(0, train).join(''));
    await writeWhole(manifestPath(folder, 'test', level), lines.slice(train).join(''));
  }
  await writeWhole(worldPath, JSON.stringify(world));
  return { made: true };
}
