import { Stopped } from '../program/run-program.js';
import type { TrainedRun } from './run-training.js';

/**
 * Passes on a run that is done.
 *
 * @throws the reason of `signal` for a run that it stopped, and `Stopped` for one whose time was over.
 */
export function finished<Run extends TrainedRun>(run: Run, signal: AbortSignal): Run {
  if (run.reason === 'completed') return run;
  signal.throwIfAborted();
  throw new Stopped('time');
}
