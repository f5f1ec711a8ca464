import { link, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The process that has claimed something. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When it did, in ISO 8601. */
  readonly since: string;
}

/** A claim that stands in the way. */
export interface HeldLock {
  /** The file `….lock`. */
  readonly path: string;
  /** Absent where the file does not say. */
  readonly holder?: LockHolder;
}

interface Claim extends LockHolder {
  /** When the process began, as the system counts; its number may be given to another one later. */
  readonly began?: string | undefined;
}

/** Claims that this process has made, so that each has a file of its own. */
let locks = 0;

/**
 * Claims `path`, a file or any other name, for this process by a file `<path>.lock` beside it. The lock of a process of this
 * machine that has ended is taken over. Of processes on another machine nothing can be known.
 *
 * @param refusal the error to throw when another process holds it.
 * @returns a function that gives it free.
 */
export async function lockFile(
  path: string,
  refusal: (held: HeldLock) => Error,
): Promise<() => Promise<void>> {
  const lock = `${await realpath(path).catch(() => path)}.lock`;
  const own = `${lock}.${process.pid}.${locks++}`;
  const claim: Claim = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    began: (await statusOf(process.pid))?.began,
  };
  // An empty lock after a loss of power would have no holder.
  await writeFile(own, JSON.stringify(claim), { flush: true });
  try {
    // A link appears whole or not at all, and never over another.
    while (!(await placed(own, lock))) await removeDead(lock, own, refusal);
  } finally {
    await rm(own, { force: true });
  }
  await removeLeft(lock).catch(() => undefined);
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
async function removeDead(lock: string, own: string, refusal: (held: HeldLock) => Error): Promise<void> {
  const text = await readFile(lock, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // given free meanwhile
    throw error;
  });
  if (text === undefined) return;
  const claim = claimOf(text);
  if (!claim) throw refusal({ path: lock });
  const { began, ...holder } = claim;
  if (holder.host !== hostname() || (await isAlive(holder.pid, began))) throw refusal({ path: lock, holder });
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

/** Milliseconds after which nobody is about to write a claim any more. */
const WRITTEN = 600_000;

/** Takes away what processes of this machine left beside a lock that were killed while they took it. */
async function removeLeft(lock: string): Promise<void> {
  const folder = dirname(lock);
  const before = `${basename(lock)}.`;
  for (const name of await readdir(folder)) {
    const by = name.startsWith(before) ? /^(\d+)\.\d+(\.dead)?$/.exec(name.slice(before.length)) : null;
    if (!by) continue;
    const path = join(folder, name);
    const claim = claimOf(await readFile(path, 'utf8'));
    // A lock that is being taken over holds the claim of one process and the number of another.
    const [pid, began] = by[2] ? [Number(by[1]), undefined] : [claim?.pid, claim?.began];
    const left = claim
      ? claim.host === hostname() && !(await isAlive(pid!, began))
      : Date.now() - (await stat(path)).mtimeMs > WRITTEN;
    if (left) await rm(path, { force: true });
  }
}

function claimOf(text: string): Claim | undefined {
  try {
    const { pid, host, since, began } = JSON.parse(text);
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, host, since, began } : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(pid: number, began: string | undefined): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Without the right to signal a process it is still there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // In a container that starts again, the next process often has the number of the one before.
  const now = await statusOf(pid);
  return now === undefined || !(now.ended || (began !== undefined && now.began !== began));
}

/** What Linux says of a process; undefined where there is no /proc. */
async function statusOf(pid: number): Promise<{ began?: string | undefined; ended: boolean } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (text === '') return undefined;
  // The second field, the program's name, may hold spaces and brackets. The third is Z of a process that has ended and
  // whose parent has not asked after it; the 22nd is its beginning, in clock ticks since the machine's own.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { began: fields[19], ended: fields[0] === 'Z' };
}
