import type { MpiLibraryName } from './mpi-libraries.js';

/** What a launcher of several processes says of this one, by variables of the environment. */
export interface Launched {
  /** The launcher, as people call it. */
  readonly by: string;
  /** Libraries that it can bring together, the likeliest first. */
  readonly libraries: readonly MpiLibraryName[];
  /** The variables that say the following, where they are set. */
  readonly rank?: { readonly variable: string; readonly value: number };
  readonly size?: { readonly variable: string; readonly value: number };
  /**
   * Whether a job of processes that all took leave of MPI ends with the code of them all. `mpirun` ends the others at the first code
   * that is not 0, and may take the signal for theirs; so it is told the code by `MPI_Abort`, of which Slurm makes 137 with MPICH.
   */
  readonly takesCodes: boolean;
  /** What to try when the processes do not find each other. */
  readonly advice: string;
}

interface Launcher extends Pick<Launched, 'by' | 'libraries' | 'takesCodes' | 'advice'> {
  readonly rank: string;
  readonly size?: string;
  /** A variable that it sets too, and one that another launcher with the same ones sets. */
  readonly beside?: string;
  readonly unless?: string;
}

const SRUN = {
  by: 'srun of Slurm',
  takesCodes: true,
  advice:
    'Try "srun --mpi=pmix" with Open MPI, "srun --mpi=pmi2" with MPICH; "srun --mpi=list" says what there is.',
} as const;

/**
 * The first whose variables are set counts, since launchers start each other: under Slurm `mpirun` starts its own helpers by `srun`.
 *
 * Of Slurm only what `srun` says of its step counts. `SLURM_NTASKS` is set in the script of a job too, of which there is one.
 */
const LAUNCHERS: readonly Launcher[] = [
  {
    by: 'mpirun of Open MPI',
    libraries: ['open-mpi'],
    takesCodes: false,
    rank: 'OMPI_COMM_WORLD_RANK',
    size: 'OMPI_COMM_WORLD_SIZE',
    advice: 'Use the library of this launcher, or the launcher of this library.',
  },
  {
    ...SRUN,
    libraries: ['mpich', 'open-mpi'],
    rank: 'PMI_RANK',
    size: 'PMI_SIZE',
    beside: 'SLURM_STEP_NUM_TASKS',
    // That of MPICH, which may start its helpers by srun.
    unless: 'MPI_LOCALNRANKS',
  },
  {
    by: 'mpirun of MPICH, or another launcher with PMI',
    libraries: ['mpich'],
    takesCodes: false,
    rank: 'PMI_RANK',
    size: 'PMI_SIZE',
    advice: 'Use the library of this launcher, or the launcher of this library.',
  },
  {
    by: 'mpirun of MPICH with -pmi-port',
    libraries: ['mpich'],
    takesCodes: false,
    rank: 'PMI_ID',
    advice: 'Use the library of this launcher, or the launcher of this library.',
  },
  {
    ...SRUN,
    libraries: ['open-mpi', 'mpich'],
    rank: 'SLURM_PROCID',
    size: 'SLURM_STEP_NUM_TASKS',
  },
  {
    by: 'a launcher with PMIx',
    libraries: ['open-mpi', 'mpich'],
    takesCodes: false,
    rank: 'PMIX_RANK',
    advice: 'Use a library that was built for this launcher.',
  },
];

/** What the variables of a launcher say; undefined where none started this process. */
export function launchedBy(environment: NodeJS.ProcessEnv): Launched | undefined {
  for (const { rank, size, beside, unless, ...launcher } of LAUNCHERS) {
    // Slurm sets its rank in the script of a job as well.
    if (environment[size ?? rank] === undefined) continue;
    if (beside && environment[beside] === undefined) continue;
    if (unless && environment[unless] !== undefined) continue;
    const word = (variable: string | undefined) => {
      const value = variable === undefined ? undefined : wholeNumberOf(environment[variable]);
      return value === undefined ? undefined : { variable: variable!, value };
    };
    const [said, of] = [word(rank), word(size)];
    return { ...launcher, ...(said ? { rank: said } : {}), ...(of ? { size: of } : {}) };
  }
  return undefined;
}

const wholeNumberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
