import { flag, optional, optionTable } from '@tgm/options';
import { CliError } from '../program/errors.js';
import { hubAddress } from '../program/hub-address.js';
import type { Check } from './check.js';
import { checkFFmpeg } from './ffmpeg.js';
import { checkHub, checkOptional } from './hub.js';
import { checkMpi } from './mpi.js';
import { checkNode, checkNpm } from './node-and-npm.js';
import { checkCopies, checkEngine, packagesWithRuntime, runtimeCopies } from './onnx-runtime.js';
import { checkDisk, checkMemory } from './room.js';

export type { Check } from './check.js';

export interface DoctorOptions {
  /** Whether the Hub is asked for a file. Default true. */
  readonly hub?: boolean;
}

export const doctorTable = optionTable(
  'doctor',
  { hub: optional(flag(), true) } satisfies Record<keyof DoctorOptions, unknown>,
  CliError,
);

/**
 * Looks at what this machine has of what the packages need, each thing by using it.
 *
 * @throws CliError `OPTION_INVALID`
 */
export async function examineMachine(options: DoctorOptions = {}, signal?: AbortSignal): Promise<Check[]> {
  const { hub } = doctorTable.check(options);
  const copies = runtimeCopies(packagesWithRuntime());
  return [
    checkNode(process.versions.node),
    await checkNpm(),
    checkCopies(copies),
    await checkEngine(copies),
    await checkFFmpeg(),
    await checkDisk(process.cwd()),
    checkMemory(),
    await checkMpi(),
    ...(hub ? [await checkHub(hubAddress(), signal)] : []),
    checkOptional(),
  ];
}
