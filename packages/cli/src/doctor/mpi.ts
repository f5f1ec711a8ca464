import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Check, fine, warning } from './check.js';

/** Debian has one beside the other under names of their own; the last is whatever is there. */
const LAUNCHERS = ['mpirun.openmpi', 'mpirun.mpich', 'mpirun'];

const INSTALL =
  'apt-get install openmpi-bin libopenmpi3, or mpich libmpich12; npm install --ignore-scripts koffi@3';

const MILLISECONDS = 60_000;

/** Two processes add 1 and 1, and say so or why they cannot, one of them in the end. */
const PROGRAM = `
import(process.argv[1]).then(async ({ mpiProcesses }) => {
  const collective = await mpiProcesses();
  const sum = Float32Array.of(1);
  await collective.allReduceSum(sum);
  if (collective.rank === 0) console.log(sum[0] === collective.size && sum[0] === 2 ? 'sum' : 'a sum of ' + sum[0]);
  await collective.close();
}).catch((error) => {
  const { message, expected, received, advice } = error;
  console.log(JSON.stringify(expected ? { why: 'expected ' + expected + ', got ' + received, advice } : { why: message }));
  process.exit(1);
});`;

/** What no launcher should take from this process: that another one started it. What they need to start two processes anywhere. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OMPI|PMI|PMIX|SLURM)_/.test(name)),
  ),
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
});

/** Starts two processes by each launcher of MPI that is here, and lets them work together. */
export async function checkMpi(): Promise<Check> {
  const found = launchersIn(process.env.PATH ?? '');
  if (found.length === 0) return warning('MPI', 'no mpirun, for training in several processes', INSTALL);
  const told = await Promise.all(found.map(async (launcher) => ({ launcher, said: await tried(launcher) })));
  const failed = told.filter(({ said }) => said.why !== 'sum');
  const works = told.filter(({ said }) => said.why === 'sum').map(({ launcher }) => launcher);
  if (failed.length === 0) return fine('MPI', `two processes work together by ${works.join(', by ')}`);
  // Launchers that fail alike are told together.
  const reasons = [...new Set(failed.map(({ said }) => said.why))].map((why) => {
    const alike = failed.filter(({ said }) => said.why === why).map(({ launcher }) => launcher);
    return `${alike.join(', ')}: ${why}`;
  });
  const advice = new Set(failed.map(({ said }) => said.advice ?? INSTALL));
  return warning(
    'MPI',
    [...reasons, ...works.map((launcher) => `${launcher} works`)].join('; '),
    [...advice].join('; '),
  );
}

/** Those that are there, each once whatever names it has. */
export function launchersIn(path: string): string[] {
  const files = new Set<string>();
  return LAUNCHERS.filter((name) => {
    const file = path.split(delimiter).flatMap((folder) => realPath(join(folder, name)) ?? [])[0];
    if (file === undefined || files.has(file)) return false;
    files.add(file);
    return true;
  });
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** What two processes said: `sum`, or why not, in a line, and what to do about it where that is known. */
interface Said {
  readonly why: string;
  readonly advice?: string;
}

async function tried(launcher: string): Promise<Said> {
  const args = ['-n', '2', process.execPath, '-e', PROGRAM, import.meta.resolve('@tgm/train')];
  const options = { env: environment(), timeout: MILLISECONDS, killSignal: 'SIGKILL' as const };
  try {
    return saidIn((await promisify(execFile)(launcher, args, options)).stdout);
  } catch (error) {
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as { stdout?: string; stderr?: string; message: string };
    return saidIn(stdout || stderr || message);
  }
}

function saidIn(text: string): Said {
  const line = text.trim().split('\n')[0]!.trim();
  return line.startsWith('{') ? (JSON.parse(line) as Said) : { why: line };
}
