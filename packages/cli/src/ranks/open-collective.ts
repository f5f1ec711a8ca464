import { showValue } from '@tgm/options';
import {
  type Collective,
  launchedBy,
  type MpiProcessesOptions,
  mpiProcesses,
  singleProcess,
  TrainError,
} from '@tgm/train';
import { CliError } from '../program/errors.js';
import { nearest } from '../program/nearest.js';

export interface CollectiveChoice {
  /** How the command is called, for error messages. */
  readonly program: string;
  /** Whether several processes can do it together. */
  readonly together: boolean;
  /** What `--mpi` says: `auto`, `none`, the name of a library, or the path of one. */
  readonly mpi: string;
  /** What `--patience` says: seconds for which a rank that shows no sign of life is waited for. Default: that of `mpiProcesses`. */
  readonly patience?: string | undefined;
}

/**
 * The processes that do a command together: those that a launcher started, else this one alone. By `none` it is alone in any case.
 *
 * To take leave of them twice is to do it once: a command may be done with the others before its end.
 *
 * A command that one process has to do refuses where a launcher started several: they would write over each other.
 *
 * @throws CliError `USAGE`, `OPTION_INVALID` where the patience is none or the library is neither a known name nor a path, in one process too; TrainError as `mpiProcesses`
 */
export async function openCollective({
  program,
  together,
  mpi,
  patience,
}: CollectiveChoice): Promise<Collective> {
  const options = patience === undefined ? {} : { patience: secondsOf(patience) };
  requireLibrary(mpi);
  if (mpi === 'none') return singleProcess();
  const launched = launchedBy(process.env);
  if (!together) {
    const size = launched?.size?.value ?? 1;
    if (size === 1 && mpi === 'auto') return singleProcess();
    throw new CliError('USAGE', {
      where: program,
      expected: 'one process',
      received: size > 1 ? `${size} that ${launched!.by} started` : `--mpi ${mpi}`,
      advice: 'Start it without a launcher; --mpi none lets each process work by itself.',
    });
  }
  if (mpi !== 'auto') return processes({ library: mpi, ...options });
  // A launcher with PMIx alone does not say of how many.
  return launched && launched.size?.value !== 1 ? processes(options) : singleProcess();
}

const NAMES = ['auto', 'none', 'open-mpi', 'mpich'];

/** What is no name is the path of a shared library, or its file's name. */
function requireLibrary(mpi: string): void {
  if (NAMES.includes(mpi) || mpi.includes('/') || mpi.includes('.so')) return;
  const meant = nearest(mpi.toLowerCase(), NAMES);
  throw new CliError('OPTION_INVALID', {
    where: '--mpi',
    expected: `${NAMES.join(', ')} or the path of a shared library`,
    received: showValue(mpi),
    ...(meant && { advice: `Did you mean "${meant}"?` }),
  });
}

/** As `mpiProcesses`, whose errors then name the flag that they come of. */
async function processes(options: MpiProcessesOptions): Promise<Collective> {
  try {
    return closedOnce(await mpiProcesses(options));
  } catch (error) {
    if (!(error instanceof TrainError) || error.code !== 'MPI_MISSING') throw error;
    const { code, expected, received, advice, cause } = error;
    throw new TrainError(code, {
      where: `--mpi ${options.library ?? 'auto'}`,
      expected,
      received,
      ...(advice && { advice }),
      ...(cause !== undefined && { cause }),
    });
  }
}

function secondsOf(patience: string): number {
  const seconds = Number(patience);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new CliError('OPTION_INVALID', {
    where: '--patience',
    expected: 'a number above 0',
    received: showValue(patience),
  });
}

function closedOnce(collective: Collective): Collective {
  let closed: Promise<void> | undefined;
  return {
    ...collective,
    close() {
      closed ??= collective.close();
      return closed;
    },
  };
}
