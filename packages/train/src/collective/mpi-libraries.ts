/** The name by which a library is asked for. */
export type MpiLibraryName = 'open-mpi' | 'mpich';

/** A handle of the library's: the address of a variable of that name, or a number. */
export type MpiHandle = { readonly variable: string } | { readonly number: number };

/** What differs between libraries: how handles look, and the constants of `mpi.h`. Functions and thread levels are alike. */
export interface MpiLibrary {
  readonly name: MpiLibraryName;
  /** As people call it. */
  readonly title: string;
  /** What `MPI_Get_library_version` says of a library with these handles and constants. */
  readonly version: RegExp;
  /** Shared libraries, looked for as the system's loader does. */
  readonly files: readonly string[];
  /** C type of a handle. */
  readonly handle: 'void *' | 'int';
  readonly world: MpiHandle;
  readonly byte: MpiHandle;
  readonly float: MpiHandle;
  readonly sum: MpiHandle;
  readonly errorsReturn: MpiHandle;
  /** `MPI_IN_PLACE`, `MPI_STATUS_IGNORE`: addresses. */
  readonly inPlace: bigint;
  readonly statusIgnore: bigint;
  /**
   * Whether `MPI_Finalize` may not come back. MPICH up to 4.1 over UCX: a process whose connections are closed waits for the
   * launcher, and no longer answers those that still close theirs (its pull request 6596). Seen over TCP in every third job.
   */
  readonly endMayNotCome: boolean;
  /** Installs it on Debian and Ubuntu. */
  readonly install: string;
  /** Debian's name of its launcher, which is there beside that of another library. */
  readonly launcher: string;
}

/** C's `(void *) -1`. */
const ALL_ONES = 2n ** 64n - 1n;

/**
 * The libraries that can be used. Open MPI's handles are addresses of its variables, as in its `mpi.h` of 4.1. MPICH's are numbers,
 * which all libraries of the MPICH ABI initiative share (`mpi.h` of 4.0). A library with the ABI of MPI 5, `libmpi_abi.so.0`, is a
 * further row: there handles are pointers with fixed numbers.
 */
export const MPI_LIBRARIES: readonly MpiLibrary[] = [
  {
    name: 'open-mpi',
    title: 'Open MPI',
    version: /^Open MPI/,
    files: ['libmpi.so.40'],
    handle: 'void *',
    world: { variable: 'ompi_mpi_comm_world' },
    byte: { variable: 'ompi_mpi_byte' },
    float: { variable: 'ompi_mpi_float' },
    sum: { variable: 'ompi_mpi_op_sum' },
    errorsReturn: { variable: 'ompi_mpi_errors_return' },
    inPlace: 1n,
    statusIgnore: 0n,
    endMayNotCome: false,
    install: 'apt-get install openmpi-bin libopenmpi3',
    launcher: 'mpirun.openmpi',
  },
  {
    name: 'mpich',
    title: 'MPICH',
    version: /MPICH|MVAPICH|Intel\(R\) MPI/,
    files: ['libmpich.so.12', 'libmpi.so.12'],
    handle: 'int',
    world: { number: 0x44000000 },
    byte: { number: 0x4c00010d },
    float: { number: 0x4c00040a },
    sum: { number: 0x58000003 },
    errorsReturn: { number: 0x54000001 },
    inPlace: ALL_ONES,
    statusIgnore: 1n,
    endMayNotCome: true,
    install: 'apt-get install mpich libmpich12',
    launcher: 'mpirun.mpich',
  },
];
