import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
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
  /** What all processes wrote, a line each. */
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
  const path = fileURLToPath(new URL(program, import.meta.url));
  const command = [process.execPath, '--import', 'tsx', path, ...values];
  return ended(launcher, [...FLAGS[name], '-n', String(ranks), ...command]);
}

/** Runs it in one process that no launcher started. */
export function runAlone(program: string, ...values: string[]): Promise<Ended> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return ended(process.execPath, ['--import', 'tsx', path, ...values]);
}

function ended(command: string, values: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, values, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.stderr.on('data', (data) => {
      errors += data;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, errors, lines: output.split('\n').filter((line) => line !== '') });
    });
  });
}
