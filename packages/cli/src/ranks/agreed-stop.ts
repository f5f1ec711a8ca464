import { type Collective, gatherJson } from '@tgm/train';
import { Stopped } from '../program/run-program.js';

/** Who stops for good goes before who wants the command run again. Where there was no signal, it was the time. */
const ORDER: readonly Stopped['by'][] = ['SIGINT', 'SIGTERM', 'SIGUSR1'];

/** Why the processes stop that have stopped together: signals reach some of them, and clocks differ. The same on every rank. */
export async function agreedStop(collective: Collective, signal: AbortSignal): Promise<Stopped> {
  const own = signal.reason instanceof Stopped ? signal.reason.by : '';
  const all = await gatherJson(collective, own);
  return new Stopped(ORDER.find((by) => all.includes(by)) ?? 'time');
}
