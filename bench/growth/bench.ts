import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure, median } from '../figure.js';

const HERE = import.meta.dirname;
const ROWS = [10_000, 100_000, 1_000_000] as const;

/** What opening a million rows may take: seconds, and megabytes above the base. */
const LIMITS = { seconds: 2, megabytes: 200 } as const;

/** Loaded samples behind which the speed is taken. */
const EARLY = 100;
const LATE = 10_000;

/** One row of each kind of manifest. A header stands before the first row of CSV. */
const KINDS = {
  jsonl: (i: number) =>
    `${JSON.stringify({ id: `k400/${i}`, path: `train/class ${i % 400}/video_${i}.mp4`, captions: [`a person does thing ${i % 400} in a room`], label: i % 400 })}\n`,
  csv: (i: number) =>
    `${i === 0 ? 'path,caption,label\n' : ''}train/class ${i % 400}/video_${i}.mp4,"a person, who does thing ${i % 400}",class ${i % 400}\n`,
} as const;

/** What is measured; a case names one of them. */
const CASES = ['open jsonl', 'open csv', 'drift'] as const;

export interface GrowthBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Times that each manifest is opened. */
  readonly rounds: number;
}

/** Opening manifests of more and more rows, and loading for longer and longer. */
export async function* benchGrowth({ cases, rounds }: GrowthBenchOptions): AsyncGenerator<Figure> {
  const wanted = CASES.filter((name) => cases.length === 0 || cases.includes(name));
  const folder = mkdtempSync(join(tmpdir(), 'tgm-bench-'));
  try {
    for (const name of wanted) {
      if (name === 'drift') yield driftFigure(folder);
      else {
        const kind = name === 'open csv' ? 'csv' : 'jsonl';
        for (const rows of ROWS) yield* openFigures(folder, kind, rows, rounds);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function* openFigures(
  folder: string,
  kind: keyof typeof KINDS,
  rows: number,
  rounds: number,
): Generator<Figure> {
  const path = join(folder, `rows.${kind}`);
  const file = openSync(path, 'w');
  for (let i = 0; i < rows; i += 1000) {
    writeSync(file, Array.from({ length: 1000 }, (_, k) => KINDS[kind](i + k)).join(''));
  }
  closeSync(file);
  const opened = Array.from({ length: rounds }, () => run('open.ts', path));
  const shared = { figure: 'growth', peerName: 'limit', bar: 1 };
  const name = `open ${kind} of 10^${Math.log10(rows)} rows`;
  const seconds = median(opened.map((each) => each.seconds!));
  const megabytes = median(opened.map((each) => each.megabytes!));
  yield figure({ ...shared, case: `${name}, time`, ours: seconds, peer: LIMITS.seconds, unit: 's' }, 'less');
  yield figure(
    { ...shared, case: `${name}, memory`, ours: megabytes, peer: LIMITS.megabytes, unit: 'MB' },
    'less',
  );
}

function driftFigure(folder: string): Figure {
  const { early, late } = run('drift.ts', folder, `${EARLY}`, `${LATE}`);
  return figure(
    {
      figure: 'growth',
      case: `drift: clips/s after ${LATE} samples`,
      ours: late!,
      peer: early!,
      peerName: `itself after ${EARLY}`,
      unit: 'clips/s',
      bar: 0.9,
    },
    'more',
  );
}

function run(program: string, ...args: readonly string[]): Record<string, number> {
  return JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', join(HERE, program), ...args], { encoding: 'utf8' }),
  );
}
