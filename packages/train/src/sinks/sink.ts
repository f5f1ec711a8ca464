import type { TrainEvent } from '../trainer/events.js';

/**
 * Where a run's events go: a file, a terminal. What a factory returns; `follow` feeds it.
 *
 * Events come in their order, each when the one before it has been taken. The tensors of `end` are not a sink's to dispose or
 * to keep.
 */
export interface Sink {
  write(event: TrainEvent): void | Promise<void>;
  /** Behind the last event, or where a run broke off. */
  close(): Promise<void>;
}
