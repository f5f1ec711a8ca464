import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { launchedBy } from '@tgm/train';

/** Milliseconds by which processes of one job begin after each other, on a busy machine too. */
const LATEST = 10_000;

/** Milliseconds between looks at whether the first process is still there. */
const LOOK = 500;

/** What launchers call the number of a process among those of its host. */
const LOCAL_RANKS = ['OMPI_COMM_WORLD_LOCAL_RANK', 'MPI_LOCALRANKID', 'SLURM_LOCALID'];

/**
 * Waits where this process is about to end with a code, and the first one may do so too for the same reason, and speaks for all. Some
 * launchers end every process as soon as one of them ends with a code. Others wait for them all: then the first one that is gone has
 * spoken, as far as this host tells.
 *
 * @param signal ends the waiting: somebody stops the job.
 * @returns whether the job goes on, so that nobody has said why this process does not.
 */
export async function letFirstSpeak(signal: AbortSignal): Promise<boolean> {
  const isGone = firstIsGone(process.env);
  for (let waited = 0; waited < LATEST; waited += LOOK) {
    if (isGone()) return false;
    const ended = await pause(LOOK, false, { signal }).catch(() => true);
    if (ended) return false;
  }
  return !isGone();
}

/** Tells whether rank 0 is a process of this host that has ended. Where nobody tells, it is not. */
function firstIsGone(environment: NodeJS.ProcessEnv): () => boolean {
  const rank = launchedBy(environment)?.rank;
  const local = LOCAL_RANKS.map((name) => environment[name]).find((text) => text !== undefined);
  // All ranks below this one are here then, the first among them.
  const isHere = process.platform === 'linux' && rank !== undefined && Number(local) === rank.value;
  if (!isHere) return () => false;
  const starter = starterOf(process.pid, rank.variable);
  const isFirst = (id: number): boolean =>
    rankOf(id, rank.variable) === '0' && starterOf(id, rank.variable) === starter;
  return () => !readdirSync('/proc').some((name) => /^\d+$/.test(name) && isFirst(Number(name)));
}

/** The process of the launcher that started this one, whatever shells and npx stand between: it has no rank. */
function starterOf(id: number, variable: string): number {
  let at = id;
  while (at > 1 && rankOf(at, variable) !== undefined) {
    at = Number(/^PPid:\s*(\d+)$/m.exec(textOf(`/proc/${at}/status`))?.[1] ?? 0);
  }
  return at;
}

const rankOf = (id: number, variable: string): string | undefined =>
  `\0${textOf(`/proc/${id}/environ`)}`.split(`\0${variable}=`)[1]?.split('\0')[0];

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
