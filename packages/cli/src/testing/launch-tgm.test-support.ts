import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Ended, PROGRAM, type RunOptions, run } from './run-tgm.test-support.js';

/** A launcher of several processes, as this machine may have it. */
export interface Launcher {
  readonly title: string;
  readonly there: boolean;
  /** What starts more processes than there are cores, as any user. */
  readonly command: readonly string[];
  /** The same, where npx stands between. */
  readonly withNpx: readonly string[];
}

const isThere = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

const launcher = (
  title: string,
  install: string,
  [program, ...flags]: readonly [string, ...string[]],
  npx: readonly string[],
): Launcher => {
  const there = isThere(program);
  const command = [program, ...flags];
  return {
    title: there ? title : `${title}, not here: "${install}"`,
    there,
    command,
    withNpx: [...command, ...npx],
  };
};

export const LAUNCHERS: readonly Launcher[] = [
  launcher(
    'Open MPI',
    'apt-get install openmpi-bin libopenmpi3',
    ['mpirun.openmpi', '--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'],
    [],
  ),
  // npx closes the file by which MPICH's launcher is spoken with.
  launcher('MPICH', 'apt-get install mpich libmpich12', ['mpirun.mpich'], ['-pmi-port']),
];

/** Runs the built program in so many processes. */
export const launchTgm = (
  { command }: Launcher,
  ranks: number,
  args: readonly string[],
  options: RunOptions,
): Promise<Ended> => run([...command, '-n', String(ranks), process.execPath, PROGRAM, ...args], options);

/** The same as `mpirun -n 2 npx tgm` does. `options.cwd` lies in a project that has the program. */
export const launchNpx = (
  { withNpx }: Launcher,
  ranks: number,
  args: readonly string[],
  options: RunOptions,
): Promise<Ended> => run([...withNpx, '-n', String(ranks), 'npx', '--no-install', 'tgm', ...args], options);
