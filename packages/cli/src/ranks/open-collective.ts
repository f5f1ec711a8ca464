import { showValue } from '@tgm/options';
import { type Collective, launchedBy, mpiProcesses, singleProcess } from '@tgm/train';
import { CliError } from '../program/errors.js';

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
 * @throws CliError `USAGE`, `OPTION_INVALID` where the patience is none, in one process too; TrainError as `mpiProcesses`
 */
export async function openCollective({
  program,
  together,
  mpi,
  patience,
}: CollectiveChoice): Promise<Collective> {
  const options = patience === undefined ? {} : { patience: secondsOf(patience) };
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
  if (mpi !== 'auto') return closedOnce(await mpiProcesses({ library: mpi, ...options }));
  // A launcher with PMIx alone does not say of how many.
  return launched && launched.size?.value !== 1 ? closedOnce(await mpiProcesses(options)) : singleProcess();
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
