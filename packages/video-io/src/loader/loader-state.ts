import { showValue } from '@tgm/options';
import { VideoError } from '../errors.js';

/** Where a loader stands, as JSON. A loader with the same options that is given this goes on at the very next sample. */
export interface LoaderState {
  readonly epoch: number;
  /** Samples of the epoch behind this rank, those that were left out among them. */
  readonly place: number;
  /** Ids of samples that could not be loaded, and are not tried again. */
  readonly bad: readonly string[];
  /** What the order depends on; another data set, seed or sharing cannot go on from here. */
  readonly order: {
    readonly dataset: string;
    readonly length: number;
    readonly seed: number | string;
    readonly shuffle: boolean;
    readonly rank: number;
    readonly ranks: number;
  };
}

/** @throws {VideoError} `STATE_MISMATCH` */
export function checkState(state: LoaderState, order: LoaderState['order']): void {
  const whole = [state.epoch, state.place].every((value) => Number.isInteger(value) && value >= 0);
  if (!whole || !Array.isArray(state.bad) || typeof state.order !== 'object') {
    throw new VideoError('STATE_MISMATCH', {
      where: 'clipLoader, option state',
      expected: "what a loader's state() gave",
      received: showValue(state),
    });
  }
  for (const [name, expected] of Object.entries(order)) {
    const got = state.order[name as keyof LoaderState['order']];
    if (got === expected) continue;
    throw new VideoError('STATE_MISMATCH', {
      where: 'clipLoader, option state',
      expected: `a state of ${name} ${showValue(expected)}`,
      received: showValue(got),
    });
  }
}
