import { fstatSync } from 'node:fs';
import { TrainError } from '../errors.js';

/**
 * That the channel is open by which MPICH's launcher speaks with this process: it is an open file that its variable names. A program
 * between the two that keeps no files open for what it starts, as npx does, closes it, and MPI then ends the process.
 *
 * @throws TrainError `LAUNCHER_DISAGREES`
 */
export function requireChannel(where: string, { PMI_FD }: NodeJS.ProcessEnv): void {
  if (PMI_FD === undefined || isSocket(Number(PMI_FD))) return;
  throw new TrainError('LAUNCHER_DISAGREES', {
    where,
    expected: `the channel to mpirun, the open file ${PMI_FD}, as PMI_FD says`,
    received: 'none: a program that stands between, such as npx, has closed it',
    advice:
      'Start this program without it, such as node_modules/.bin/tgm in place of npx tgm; or give "-pmi-port" to mpirun of MPICH.',
  });
}

function isSocket(file: number): boolean {
  try {
    return fstatSync(file).isSocket();
  } catch {
    return false;
  }
}
