/** A sum of float32 arrays among ranks that was measured, with MPICH. */
export interface MeasuredSum {
  /** Hosts, each with one rank. */
  readonly hosts: number;
  /** 1e9 bits a second of each link; absent for two ranks in the memory of one host. */
  readonly gigabits?: number;
  readonly bytes: number;
  /** Median. */
  readonly seconds: number;
  /** Whether the model was fitted to it. */
  readonly fitted: boolean;
}

/**
 * Links are pairs of virtual network cards between namespaces of one machine's kernel, slowed by `tc qdisc add … tbf`. Three and four
 * ranks shared two cores.
 */
export const MEASURED_SUMS: readonly MeasuredSum[] = [
  { hosts: 2, bytes: 97_000_000, seconds: 0.049, fitted: true },
  { hosts: 2, bytes: 25_165_824, seconds: 0.021, fitted: false },
  { hosts: 2, bytes: 376_000_000, seconds: 0.242, fitted: false },
  { hosts: 2, gigabits: 1, bytes: 97_000_000, seconds: 0.844, fitted: true },
  { hosts: 2, gigabits: 1, bytes: 25_165_824, seconds: 0.226, fitted: false },
  { hosts: 2, gigabits: 0.2, bytes: 25_165_824, seconds: 1.09, fitted: false },
  { hosts: 2, gigabits: 2.5, bytes: 25_165_824, seconds: 0.121, fitted: false },
  { hosts: 4, gigabits: 0.2, bytes: 25_165_824, seconds: 2.86, fitted: true },
  { hosts: 4, gigabits: 1, bytes: 25_165_824, seconds: 0.83, fitted: false },
  { hosts: 3, gigabits: 0.2, bytes: 25_165_824, seconds: 3.87, fitted: true },
  { hosts: 3, gigabits: 1, bytes: 25_165_824, seconds: 0.919, fitted: false },
  { hosts: 3, gigabits: 1, bytes: 97_000_000, seconds: 3.66, fitted: false },
];

/** A step of two ranks with a thread each that was measured, with MPICH. */
export interface MeasuredSharedStep {
  readonly model: string;
  readonly parameters: number;
  readonly gigabits?: number;
  /** Of a process of one thread with as many clips, while another one did the same. Medians, seconds. */
  readonly compute: number;
  readonly seconds: number;
}

const SMALL = { model: 'ViT-S', parameters: 24_029_376, compute: 2.15 };
const BASE = { model: 'ViT-B', parameters: 94_210_944, compute: 6.29 };

/** Nothing was fitted to them but `handover`, by processor time of ViT-S. */
export const MEASURED_SHARED_STEPS: readonly MeasuredSharedStep[] = [
  { ...SMALL, seconds: 2.63 },
  { ...SMALL, gigabits: 1, seconds: 3.29 },
  { ...SMALL, gigabits: 0.2, seconds: 6.7 },
  { ...BASE, seconds: 8.37 },
  { ...BASE, gigabits: 1, seconds: 11.3 },
];
