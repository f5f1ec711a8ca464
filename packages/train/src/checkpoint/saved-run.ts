import type { Description, Json } from '@tgm/options';

/** Numbers of a tensor on the host. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export type HostTensors = Readonly<Record<string, HostTensor>>;

/** What decides what a run does, and what a resume has to share with it. */
export interface RunDescription {
  readonly objective: Description;
  readonly batches: Description;
  readonly optimizer: Description;
  readonly schedule: Description;
  /** Seed, steps, accumulation, clipping, averaging, and a digest of the parameters that it started from. */
  readonly run: Readonly<Record<string, Json>>;
}

/** Everything that a run needs to go on from a step, on the host. */
export interface SavedRun {
  /** Steps done. */
  readonly step: number;
  /** Place of the batches behind that step. */
  readonly after: Json;
  readonly description: RunDescription;
  /** Learning rates of the steps done, as a digest: they tell whether another schedule is the same so far. */
  readonly rates: string;
  readonly params: HostTensors;
  readonly buffers: HostTensors;
  readonly average?: HostTensors;
  readonly optimizer: {
    readonly step: number;
    /** By slot, then by parameter. */
    readonly slots: Readonly<Record<string, HostTensors>>;
  };
}
