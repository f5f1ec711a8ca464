import type { Collective } from '@tgm/train';
import type { CommandResult } from '../commands/command.js';
import { Stopped } from '../program/run-program.js';
import { agreedStop } from '../ranks/agreed-stop.js';
import type { TrainedRun } from './run-training.js';

/**
 * What a command says of a run, one that was stopped too: where it stands, and the exit code that tells who stopped it.
 *
 * @throws the reason of `signal` where that is no stop but an error.
 */
export async function trainedResult(
  run: TrainedRun,
  { signal, collective }: { readonly signal: AbortSignal; readonly collective: Collective },
  text: string,
): Promise<CommandResult> {
  const { size, library } = collective;
  const told = size === 1 ? run : { ...run, processes: { count: size, ...(library && { library }) } };
  if (run.reason === 'completed') return { json: told, text };
  if (signal.aborted && !(signal.reason instanceof Stopped)) throw signal.reason;
  const stop = await agreedStop(collective, signal);
  return {
    json: { ...told, by: stop.by },
    text: `${text}\nstopped by ${stop.by}: tgm resume ${run.output} goes on`,
    exitCode: stop.exitCode,
  };
}
