import { link, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { ModelError } from './errors.js';

/** Who writes a file. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Claims that this process has made, so that each has a file of its own. */
let locks = 0;

/**
 * Claims a file for this process by a file `<path>.lock` beside it. The lock of a process of this machine that has ended is
 * taken over. Of processes on another machine nothing can be known.
 *
 * @returns a function that gives the file free.
 * @throws ModelError with `CAPTIONS_LOCKED` that says who holds the file.
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${await realpath(path).catch(() => path)}.lock`;
  const own = `${lock}.${process.pid}.${locks++}`;
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  await writeFile(own, JSON.stringify(holder));
  try {
    // A link appears whole or not at all, and never over another.
    while (!(await placed(own, lock))) await removeDead(lock, own);
  } finally {
    await rm(own, { force: true });
  }
  return () => rm(lock, { force: true });
}

/** What `link` says of a file system without hard links. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Puts a file at a second path, if nothing is there. */
async function placed(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch(async (error: NodeJS.ErrnoException) => {
      if (!NO_LINKS.has(error.code)) throw error;
      // One that reads it half-written takes it for a lock that does not say whose it is.
      await writeFile(to, await readFile(from), { flag: 'wx' });
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes away a lock whose process has ended. */
async function removeDead(lock: string, own: string): Promise<void> {
  const text = await readFile(lock, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // given free meanwhile
    throw error;
  });
  if (text === undefined) return;
  const holder = holderOf(text);
  if (!holder || holder.host !== hostname() || isAlive(holder.pid)) throw locked(lock, holder);
  // Only one of two that see a dead lock moves it; if it was another's new one by then, it goes back.
  const dead = `${own}.dead`;
  const moved = await rename(lock, dead).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false; // the other one moved it
      throw error;
    },
  );
  if (!moved) return;
  if ((await readFile(dead, 'utf8')) !== text) await placed(dead, lock);
  await rm(dead, { force: true });
}

function holderOf(text: string): Holder | undefined {
  try {
    const { pid, host, since } = JSON.parse(text);
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, host, since } : undefined;
  } catch {
    return undefined;
  }
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

function locked(lock: string, holder: Holder | undefined): ModelError {
  return new ModelError('CAPTIONS_LOCKED', {
    where: lock.slice(0, -'.lock'.length),
    expected: 'a file that no other run writes',
    received: holder
      ? `one that process ${holder.pid} on ${holder.host} has written since ${holder.since}`
      : 'one with a lock that does not say whose it is',
    advice: `If that run has ended, remove ${lock}.`,
  });
}
