import { TrainError } from '../errors.js';
import type { Launched } from './launcher.js';
import type { LoadedMpi } from './load-mpi.js';
import type { MpiCalls } from './mpi-calls.js';

/**
 * That MPI has brought together what the launcher started. Two processes that each think they are alone would train the same, and write
 * over each other.
 *
 * @throws TrainError `LAUNCHER_DISAGREES`
 */
export function requireLaunched(
  where: string,
  mpi: Pick<MpiCalls, 'rank' | 'size'>,
  loaded: LoadedMpi,
  launched: Launched | undefined,
): void {
  if (!launched) return;
  const { size, rank } = launched;
  const wrong =
    size && size.value !== mpi.size
      ? { said: `${size.value} processes, as ${launched.by} says by ${size.variable}`, is: `${mpi.size}` }
      : rank && rank.value !== mpi.rank
        ? { said: `rank ${rank.value}, as ${launched.by} says by ${rank.variable}`, is: `${mpi.rank}` }
        : undefined;
  if (!wrong) return;
  throw new TrainError('LAUNCHER_DISAGREES', {
    where,
    expected: wrong.said,
    received: `${wrong.is} of ${loaded.version}, from ${loaded.file}`,
    advice: launched.advice,
  });
}
