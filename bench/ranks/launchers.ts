import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A command that starts ranks; `-n`, their number and the program go behind it. */
export interface Launcher {
  readonly name: string;
  readonly command: readonly string[];
}

/** Debian's, side by side. */
const KNOWN: readonly Launcher[] = [
  { name: 'Open MPI', command: ['mpirun.openmpi', '--allow-run-as-root', '--bind-to', 'none'] },
  { name: 'MPICH', command: ['mpirun.mpich'] },
];

/**
 * Those that are here, or the one that is asked for.
 *
 * @param asked a command with its options, between spaces.
 */
export function launchersOf(asked: string | undefined): readonly Launcher[] {
  if (asked !== undefined) return [{ name: asked, command: asked.split(/\s+/) }];
  const found = KNOWN.filter(({ command: [file] }) =>
    (process.env.PATH ?? '').split(delimiter).some((folder) => isProgram(join(folder, file!))),
  );
  if (found.length > 0) return found;
  throw new Error('There is no MPI: "apt-get install openmpi-bin libopenmpi3", or "mpich libmpich12".');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
