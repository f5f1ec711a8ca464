import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { callable, objectWith, optional, optionTable, text, wholeNumber } from '@tgm/options';
import { type Contents, type FileState, readContents, sha256Of, stateOf, writeContents } from './contents.js';
import { MovingShapesError } from './errors.js';
import { checkLevel, LEVELS, type Level } from './level.js';
import { renderAll } from './render-pool.js';
import { clipName, manifestPath } from './row.js';
import type { ClipKey } from './world.js';
import { writeWhole } from './write-whole.js';

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
  /** What clips and captions show; default `LEVELS.actions`. */
  readonly level?: Level;
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
  /** Absent where it is `LEVELS.actions`. */
  readonly level?: Level;
}

const VERSION = 1;

const table = optionTable(
  'makeMovingShapes',
  {
    folder: text(),
    train: wholeNumber({ from: 0 }),
    test: wholeNumber({ from: 0 }),
    seed: wholeNumber(),
    level: optional(objectWith<Level>('a level', ['actions']), LEVELS.actions),
    workers: wholeNumber({ from: 1 }),
    onProgress: optional(callable<(progress: MakeProgress) => void>()),
    signal: optional(objectWith<AbortSignal>('an abort signal', ['aborted', 'reason'])),
  },
  MovingShapesError,
);

export interface Made {
  /** Whether anything had to be made. */
  readonly made: boolean;
  /** Files that were there but not as they were made; they were made again. */
  readonly damaged: number;
}

/**
 * Makes the captioned data set as H.264 files: `<folder>/train/00000.mp4`, ..., and the manifests
 * `train.jsonl`, `train.scene.jsonl`, `train.pair.jsonl`, `test.jsonl` and so on, one for each kind of captions of the level.
 *
 * Every file that is there is compared with its checksum; whole ones are kept, since each is a pure function of
 * (seed, split, index), and the others are made. So a finished data set of the same settings is returned at once, and an
 * interrupted or damaged one, or one of another size, is completed.
 *
 * @throws MovingShapesError `OTHER_WORLD` where the folder holds clips of another seed, level or version, `FOLDER_FAILED` where it
 *   cannot be made, `OPTION_INVALID`
 */
export async function makeMovingShapes(options: MakeOptions): Promise<Made> {
  const checked = table.check(options);
  const { folder, train, test, seed, workers, onProgress, signal } = checked;
  const level = checkLevel(checked.level);
  const told = sameJson(level, LEVELS.actions) ? {} : { level };
  const world: WorldFile = { version: VERSION, seed, train, test, complete: true, ...told };
  await makeFolder(folder);
  const worldPath = join(folder, 'world.json');
  const found = await readWorld(folder, worldPath, world);

  const keysOf = (split: string, count: number): ClipKey[] =>
    Array.from({ length: count }, (_, index) => ({ seed, split, index }));
  const keys = [...keysOf('train', train), ...keysOf('test', test)];
  const clips = keys.map((key) => `${clipName(key)}.mp4`);
  const manifests = level.captions.flatMap((captions) =>
    ['train', 'test'].map((split) => relative(folder, manifestPath(folder, split, captions))),
  );
  const recorded: Contents = found ? await readContents(folder) : new Map();
  const states = await statesOf(folder, [...clips, ...manifests], recorded);
  const sameSize = found?.train === train && found.test === test && found.complete;
  if (sameSize && [...states.values()].every((state) => state === 'whole'))
    return { made: false, damaged: 0 };

  for (const split of ['train', 'test']) await mkdir(join(folder, split), { recursive: true });
  await writeWhole(worldPath, JSON.stringify({ ...world, complete: false }));
  const damaged = [...states].flatMap(([file, state]) => (state === 'damaged' ? [file] : []));
  for (const file of damaged) await rm(join(folder, file));

  const requests = keys.map((key) => ({ folder, key, level }));
  const begun = performance.now();
  let done = 0;
  const replies = await renderAll(
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

  const contents = new Map<string, string>();
  replies.forEach(({ sha256 }, index) => {
    const file = clips[index]!;
    contents.set(file, sha256 ?? recorded.get(file)!);
  });
  for (const captions of level.captions) {
    const lines = replies.map(({ rows }) => `${JSON.stringify(rows[captions])}\n`);
    for (const [split, text] of [
      ['train', lines.slice(0, train).join('')],
      ['test', lines.slice(train).join('')],
    ] as const) {
      const path = manifestPath(folder, split, captions);
      await writeWhole(path, text);
      contents.set(relative(folder, path), sha256Of(text));
    }
  }
  await writeContents(folder, contents);
  await writeWhole(worldPath, JSON.stringify(world));
  return { made: true, damaged: found?.complete ? damaged.length : 0 };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    const isFile = cause.code === 'ENOTDIR' || cause.code === 'EEXIST';
    throw new MovingShapesError('FOLDER_FAILED', {
      where: folder,
      expected: 'a folder, or a place for one',
      received: isFile ? `a file on the way there (${cause.code})` : cause.message,
      cause,
    });
  });
}

/** The world that the folder holds; undefined where there is none, or its file is damaged. */
async function readWorld(folder: string, path: string, world: WorldFile): Promise<WorldFile | undefined> {
  if (!existsSync(path)) return undefined;
  let found: WorldFile;
  try {
    found = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const same = found?.seed === world.seed && found.version === VERSION && sameJson(found.level, world.level);
  if (same) return found;
  const name = (file: WorldFile) => {
    const level = file?.level ? `, level ${JSON.stringify(file.level)}` : '';
    return `version ${file?.version} of seed ${file?.seed}${level}`;
  };
  throw new MovingShapesError('OTHER_WORLD', {
    where: folder,
    expected: `nothing, or the world ${name(world)}`,
    received: name(found),
    advice: 'Choose another folder.',
  });
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

async function statesOf(
  folder: string,
  files: readonly string[],
  contents: Contents,
): Promise<Map<string, FileState>> {
  const states = new Map<string, FileState>();
  for (const file of files) states.set(file, await stateOf(folder, file, contents));
  return states;
}
