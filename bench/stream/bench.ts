import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { SMALL_CASE, STREAM_CASES, type StreamCase } from './cases.js';
import { makeVideos } from './videos.js';

export const STREAM_FIGURES = ['stream', 'stream-memory'] as const;
export type StreamFigure = (typeof STREAM_FIGURES)[number];

export interface StreamBenchOptions {
  readonly figures: readonly StreamFigure[];
  /** Names of cases of `stream`; all but the small one when empty. */
  readonly cases: readonly string[];
  /** Turns of each program. */
  readonly rounds: number;
}

const HERE = import.meta.dirname;

/** Share of a step that may be spent waiting for data. */
const WAITING = 0.05;

/** Steps behind which memory is taken, and over how many. */
const MEMORY = { early: 200, late: 2000, window: 100 } as const;

/** The figures are of two cores, however many there are. */
const [COMMAND, ...BEFORE] =
  availableParallelism() > 2 ? ['taskset', '-c', '0,1', process.execPath] : [process.execPath];

const program = (file: string, args: readonly string[], ...flags: readonly string[]): readonly string[] => [
  ...BEFORE,
  ...flags,
  '--import',
  'tsx',
  join(HERE, file),
  ...args,
];

/** Training on videos that are decoded meanwhile: how long it waits for them, and what it keeps. */
export async function* benchStream({ figures, cases, rounds }: StreamBenchOptions): AsyncGenerator<Figure> {
  const wanted = STREAM_CASES.filter((each) =>
    cases.length === 0 ? each !== SMALL_CASE : cases.includes(each.name),
  );
  const missing = cases.find((name) => !wanted.some((each) => each.name === name));
  if (missing !== undefined) {
    throw new Error(`No case "${missing}"; there are: ${STREAM_CASES.map(({ name }) => name).join(', ')}.`);
  }
  if (figures.includes('stream')) {
    for (const each of wanted) yield* withVideos(each, (folder) => besideMemory(each, folder, rounds));
  }
  if (figures.includes('stream-memory')) yield* withVideos(SMALL_CASE, residentMemory);
}

async function* withVideos(
  each: StreamCase,
  measure: (folder: string) => AsyncIterable<Figure> | Iterable<Figure>,
): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'tgm-bench-'));
  try {
    makeVideos(folder, each);
    yield* measure(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Time between turns, in which what was ahead of the last step is made. */
const REST_MILLISECONDS = 2000;

/** In turn: from the disk, and from memory. */
async function* besideMemory(each: StreamCase, folder: string, rounds: number): AsyncGenerator<Figure> {
  const start = (from: 'disk' | 'memory') =>
    new Contestant(COMMAND!, program('ours.ts', [each.name, folder, from]));
  const disk = start('disk');
  if (!(await disk.hear())) throw new Error('The program that streams ended before its first step.');
  const memory = start('memory');
  if (!(await memory.hear()))
    throw new Error('The program that has all in memory ended before its first step.');
  const rates = { disk: [] as number[], memory: [] as number[] };
  const shares: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of Object.entries({ disk, memory }) as ['disk' | 'memory', Contestant][]) {
      const { clips, seconds, waited } = await contestant.ask('turn');
      rates[name].push(clips! / seconds!);
      if (name === 'disk') shares.push(waited! / seconds!);
      await new Promise((resolve) => setTimeout(resolve, REST_MILLISECONDS));
    }
    const [streamed, kept] = [rates.disk.at(-1)!, rates.memory.at(-1)!];
    console.error(
      `${each.name}: ${streamed.toFixed(2)} clips/s, from memory ${kept.toFixed(2)}, waiting ${shares.at(-1)!.toFixed(4)}`,
    );
  }
  disk.end();
  memory.end();
  yield figure(
    {
      figure: 'stream',
      case: `${each.name}, share of a step spent waiting`,
      ours: median(shares),
      peer: WAITING,
      peerName: 'limit',
      unit: 'of a step',
      bar: 1,
    },
    'less',
  );
  yield figure(
    {
      figure: 'stream',
      case: `${each.name}, clips decoded while training`,
      ours: median(rates.disk),
      peer: median(rates.memory),
      peerName: 'itself, all clips in memory',
      unit: 'clips/s',
      bar: 0.93,
    },
    'more',
  );
}

function* residentMemory(folder: string): Generator<Figure> {
  const { early, late, window } = MEMORY;
  const { files, copies, prefetch } = SMALL_CASE;
  const args = [SMALL_CASE.name, folder, `${early}`, `${late}`, `${window}`];
  const printed = execFileSync(COMMAND!, program('memory.ts', args, '--expose-gc'), { encoding: 'utf8' });
  const bytes: { early: number; late: number } = JSON.parse(printed);
  yield figure(
    {
      figure: 'stream-memory',
      case: `${late} steps, ${files * copies} videos, prefetch ${prefetch}`,
      ours: bytes.late / 2 ** 20,
      peer: bytes.early / 2 ** 20,
      peerName: `itself from step ${early} on`,
      unit: 'MiB',
      bar: 0.98,
    },
    'less',
  );
}
