import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { type Collective, gatherJson } from '@tgm/train';

/**
 * Threads that the engine of this rank should have: the cores that it may run on, shared out among the ranks that may run on the same.
 * A launcher may have bound ranks to cores of their own, or left all cores to all. At least 1; nothing where this process is alone, and
 * ONNX Runtime chooses.
 */
export async function ownCores(collective: Collective): Promise<number | undefined> {
  if (collective.size === 1) return undefined;
  const allowed = /^Cpus_allowed_list:\s*(.+)$/m.exec(textOf('/proc/self/status'))?.[1];
  const place = placeOf(allowed);
  const places = await gatherJson(collective, place);
  const sharing = places.filter((each) => each === place).length;
  return Math.max(1, Math.floor(coresOf(allowed) / sharing));
}

/** A machine and the processors of it that a process may run on: equal for two processes that share them. */
function placeOf(allowed = 'all'): string {
  // Containers of one machine have names of their own, and one kernel.
  const boot = textOf('/proc/sys/kernel/random/boot_id').trim();
  return `${boot || hostname()} ${allowed}`;
}

/** Cores that a process may run on. Two processors of one core count once: they would share its arithmetic. */
function coresOf(allowed = ''): number {
  const siblings = numbersIn(allowed).map((processor) =>
    textOf(`/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`),
  );
  const apart = siblings.every((each) => each !== '') ? new Set(siblings).size : 0;
  return Math.min(apart || Number.POSITIVE_INFINITY, availableParallelism());
}

/** `0-2,5` is 0, 1, 2, 5. */
export const numbersIn = (list: string): number[] =>
  list.split(',').flatMap((range) => {
    if (range.trim() === '') return [];
    const [from, to = from] = range.split('-').map(Number);
    return Array.from({ length: to! - from! + 1 }, (_, at) => from! + at);
  });

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
