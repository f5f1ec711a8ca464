import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemFailed } from '../system-failure.js';

/** Where a run puts its unfinished files. */
export interface WorkFolder {
  readonly path: string;
  /** Removes it with all that is in it. */
  close(): Promise<void>;
}

/** Of a work folder: machine, process, and a random part. */
const NAME = /^\.work-([0-9a-f]{12})-(\d+)-[0-9a-f-]{36}$/;

/** Milliseconds behind which nobody works on: a folder of a machine that is not there any more. */
const OLD = 7 * 24 * 3600 * 1000;

/**
 * Makes a folder for the unfinished files of this process in `output`, and removes those of processes that were killed: of this machine
 * the ones that have ended, of others those that nothing was put into for a week.
 *
 * @throws {VideoError} `SYSTEM_FAILED`
 */
export async function openWorkFolder(output: string): Promise<WorkFolder> {
  const machine = await machineName();
  const path = join(output, `.work-${machine}-${process.pid}-${randomUUID()}`);
  try {
    await mkdir(path, { recursive: true });
    for (const name of await readdir(output)) {
      const [, host, pid] = NAME.exec(name) ?? [];
      if (host === undefined) continue;
      const left = join(output, name);
      const ended = host === machine ? !isAlive(Number(pid)) : await isOld(left);
      if (ended) await rm(left, { recursive: true, force: true });
    }
  } catch (error) {
    throw systemFailed(output, 'a folder that can be written', error as Error);
  }
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

/** Tells machines apart, and containers, each of which counts its processes by itself, and starts of both. */
async function machineName(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const processes = await readlink('/proc/self/ns/pid').catch(() => '');
  return createHash('sha256').update(`${hostname()}\n${boot}\n${processes}`).digest('hex').slice(0, 12);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Without the right to signal a process it is still there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Another process may have removed it meanwhile. */
const isOld = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > OLD,
    () => false,
  );
