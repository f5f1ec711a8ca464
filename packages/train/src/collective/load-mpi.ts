import type * as Koffi from 'koffi';
import { TrainError } from '../errors.js';
import { keepLoaded } from './keep-loaded.js';
import { type Launched, launchedBy } from './launcher.js';
import { MPI_LIBRARIES, type MpiLibrary, type MpiLibraryName } from './mpi-libraries.js';
import { tameLibrary } from './tame-library.js';

/** A library in this process. */
export interface LoadedMpi {
  readonly koffi: typeof Koffi;
  readonly library: MpiLibrary;
  readonly file: string;
  /** The first line of what it says of itself, such as `Open MPI v4.1.4, …`. */
  readonly version: string;
  /** The same as people call it: `Open MPI 4.1.4`, `MPICH 4.0.2`. */
  readonly title: string;
  readonly handle: Koffi.LibraryHandle;
}

/** Bytes of the stack of a call on a thread of koffi's. MPI expects that of a thread; MPICH overflows koffi's default of 128 KiB. */
const STACK = 8 * 2 ** 20;

/** Bytes that `MPI_Get_library_version` may write, MPICH's `MPI_MAX_LIBRARY_VERSION_STRING`. */
const VERSION_LENGTH = 8192;

/**
 * Loads an MPI library by koffi. The one door to both: neither is needed by whoever trains in one process.
 *
 * @param asked a name, or the path of a shared library. By default the launcher's; without a launcher the first that is there.
 * @throws TrainError `MPI_MISSING` with what to install, `MPI_FAILED`
 */
export async function loadMpi(where: string, asked: string | undefined): Promise<LoadedMpi> {
  const koffi = await loadKoffi(where);
  requireStack(where, koffi);
  const launched = launchedBy(process.env);
  const files = filesOf(asked, launched?.libraries);
  tameLibrary(process.env);
  const failures: string[] = [];
  for (const file of files) {
    try {
      // Open MPI's own plug-ins look for its symbols among those of the process.
      const handle = koffi.load(file, { global: true });
      keepLoaded(koffi, file);
      return { ...known(where, file, handle), koffi, file, handle };
    } catch (error) {
      if (error instanceof TrainError) throw error;
      failures.push(`${file}: ${(error as Error).message}`);
    }
  }
  throw missing(where, files, failures, launched, asked);
}

async function loadKoffi(where: string): Promise<typeof Koffi> {
  try {
    return (await import('koffi')).default as unknown as typeof Koffi;
  } catch (cause) {
    throw new TrainError('MPI_MISSING', {
      where,
      expected: 'the package koffi, through which MPI is called',
      received: 'none that loads',
      advice: 'Install it where npm left it out: "npm install --ignore-scripts koffi@3".',
      cause,
    });
  }
}

/** koffi takes settings before the first library is loaded. */
function requireStack(where: string, koffi: typeof Koffi): void {
  if ((koffi.config().async_stack_size ?? 0) >= STACK) return;
  try {
    koffi.config({ async_stack_size: STACK });
  } catch (cause) {
    throw new TrainError('MPI_FAILED', {
      where,
      expected: `koffi with a stack of ${STACK} bytes for calls on its threads`,
      received: 'another library that was loaded by it before',
      advice: `Call koffi.config({ async_stack_size: ${STACK} }) before that.`,
      cause,
    });
  }
}

function filesOf(asked: string | undefined, launched: readonly MpiLibraryName[] | undefined): string[] {
  const named = MPI_LIBRARIES.filter(({ name }) => name === asked);
  if (asked !== undefined && named.length === 0) return [asked];
  const names = asked === undefined ? launched : [asked];
  const wanted = names?.map((name) => MPI_LIBRARIES.find((library) => library.name === name)!);
  return (wanted ?? MPI_LIBRARIES).flatMap(({ files }) => files);
}

/** Which row of the table holds for a library, by what it says of itself. */
function known(
  where: string,
  file: string,
  handle: Koffi.LibraryHandle,
): Pick<LoadedMpi, 'library' | 'version' | 'title'> {
  const text = Buffer.alloc(VERSION_LENGTH);
  const length = new Int32Array(1);
  handle.func('MPI_Get_library_version', 'int', ['void *', 'void *'])(text, length);
  const said = text.toString('latin1', 0, length[0]!);
  const version = said.split('\n')[0]!.replaceAll('\0', '').replaceAll(/\s+/g, ' ').trim();
  const library = MPI_LIBRARIES.find((each) => each.version.test(said));
  if (library) return { library, version, title: titleOf(version) };
  throw new TrainError('MPI_MISSING', {
    where,
    expected: `a library of ${MPI_LIBRARIES.map(({ title }) => title).join(' or ')}`,
    received: `${file}, which says that it is ${JSON.stringify(version)}`,
  });
}

/** `Open MPI v4.1.4, package: Debian OpenMPI, …`, `MPICH Version: 4.0.2`. */
export const titleOf = (version: string): string =>
  version.split(',')[0]!.replace(/ (?:v|Version ?: ?)(?=\d)/, ' ');

function missing(
  where: string,
  files: readonly string[],
  failures: readonly string[],
  launched: Launched | undefined,
  asked: string | undefined,
): TrainError {
  const wanted = MPI_LIBRARIES.filter((library) => library.files.some((file) => files.includes(file)));
  const install = (wanted.length > 0 ? wanted : MPI_LIBRARIES).map(
    ({ title, install: line }) => `"${line}" (${title})`,
  );
  const by = asked === undefined && launched ? `, as ${launched.by} needs` : '';
  return new TrainError('MPI_MISSING', {
    where,
    expected: `a library of MPI${by}`,
    received: `none that loads: ${failures.join('; ')}`,
    advice: `On Debian install one by ${install.join(' or ')}.`,
  });
}
