import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MPI_LIBRARIES, type MpiLibrary } from './mpi-libraries.js';

/** What each launcher needs to start more processes than there are cores, as any user. */
const FLAGS: Record<MpiLibrary['name'], readonly string[]> = {
  'open-mpi': ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'],
  mpich: [],
};

/** A library with its launcher, where this machine has both. */
export interface Launchable {
  readonly library: MpiLibrary;
  readonly title: string;
  /** Whether the launcher is there; else `title` says how to get it. */
  readonly there: boolean;
}

export const LAUNCHABLE: readonly Launchable[] = MPI_LIBRARIES.map((library) => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const there = folders.some((folder) => existsSync(join(folder, library.launcher)));
  return {
    library,
    there,
    title: there ? library.title : `${library.title}, not here: "${library.install}"`,
  };
});

export interface Ended {
  readonly code: number | null;
  /** What all processes said, one process after the other. */
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs a program of this package's sources in so many processes by the launcher of a library. */
export function launch(
  { name, launcher }: MpiLibrary,
  ranks: number,
  program: string,
  ...values: string[]
): Promise<Ended> {
  return ended(program, values, [launcher, ...FLAGS[name], '-n', String(ranks)]);
}

/** Runs it in one process that no launcher started. */
export function runAlone(program: string, ...values: string[]): Promise<Ended> {
  return ended(program, values, []);
}

/** Runs it by the command of a launcher, which `start` starts: here by default. */
export async function ended(
  program: string,
  values: readonly string[],
  launcher: readonly string[],
  start: (command: readonly string[]) => ChildProcess = startHere,
): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'ranks-'));
  try {
    const path = fileURLToPath(new URL(program, import.meta.url));
    const child = start([...launcher, process.execPath, '--import', 'tsx', path, folder, ...values]);
    let errors = '';
    child.stderr!.on('data', (data) => {
      errors += data;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    const files = (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8'));
    const lines = (await Promise.all(files))
      .flatMap((said) => said.split('\n'))
      .filter((line) => line !== '');
    return { code, errors, lines };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const startHere = ([command, ...values]: readonly string[]): ChildProcess =>
  spawn(command!, values, { stdio: ['ignore', 'ignore', 'pipe'] });
