/** What a step of several ranks takes beside what one of them computes, and what it is made of. Seconds. */
export interface SharedStep {
  /** What one device computes of its share. */
  readonly compute: number;
  /** Of ranks on processors: gradients are written, summed and read again, where one process alone uses each as it comes. */
  readonly handover: number;
  /** Of ranks on accelerators: gradients to the host and back, and the state, which an engine that keeps none there copies both ways. */
  readonly copies: number;
  /** The sum of all gradients over the network. */
  readonly sums: number;
  /** Waiting for clips: where they are loaded beside the step, what they take longer than it; on a processor all that loading them computes. */
  readonly load: number;
  readonly total: number;
}

export interface SharedStepInputs {
  readonly devices: number;
  /** Seconds in which one device computes its share of a step. */
  readonly compute: number;
  /** Clips of it. */
  readonly clips: number;
  readonly parameters: number;
  /** Whether the device is the processor that also sums and loads; absent where that is not known. */
  readonly processor?: boolean | undefined;
  /** 1e9 bits a second of each device's link; without it what passes between ranks costs nothing. */
  readonly network?: number | undefined;
  /** Clips that the host of one device can load in a second, beside nothing else. */
  readonly loads?: number | undefined;
}

const FLOAT = 4;
/** Bytes that are summed at a time, as `mpiProcesses` does it. */
const BUCKET = 4 * 2 ** 20;
/** Share of a link's bits that are numbers: TCP packets of 1,500 bytes. */
const PAYLOAD = 0.95;

/**
 * Fitted to measurements on one machine with MPICH: docs/scale.md says how, and how far other measured points lie from what comes of it.
 *
 * - `hostRate`: bytes a second of a sum between two ranks in shared memory, which a sum over a network takes as well;
 * - `handover`: seconds for each byte of gradients;
 * - `detour`: how many times the fewest bytes a link was found to carry, or how often it stood still, among two hosts, among another
 *   power of two, and else.
 */
export const FITTED = { hostRate: 1.9e9, handover: 2.2e-9, detour: { two: 1, power: 1.8, other: 2.7 } };

/** Seconds of one message beyond its bytes: an assumption for TCP within one network. */
const MESSAGE = 50e-6;
/** Bytes a second between an accelerator and its host: an assumption, some two thirds of what PCI Express 4.0 x16 can carry. */
const BUS = 20e9;
/** Gradients there and back; parameters and two moments there and back. */
const COPIED = 2 + 6;

/**
 * A step's seconds from its parts. Nothing is summed while gradients are still computed: that is how `trainer` does it.
 */
export function sharedStep(inputs: SharedStepInputs): SharedStep {
  const { devices, compute, clips, parameters, processor, network, loads } = inputs;
  const bytes = FLOAT * parameters;
  const apart = devices > 1 && network !== undefined;
  const parts = {
    compute,
    handover: apart && processor ? FITTED.handover * bytes : 0,
    copies: apart && processor === false ? (COPIED * bytes) / BUS : 0,
    sums: apart ? sumSeconds(bytes, devices, network) : 0,
  };
  const busy = Object.values(parts).reduce((sum, each) => sum + each, 0);
  const loading = loads === undefined ? 0 : clips / loads;
  const load = processor ? loading : Math.max(0, loading - busy);
  return { ...parts, load, total: busy + load };
}

/**
 * Seconds of a sum of so many bytes on each of several hosts. No algorithm sends fewer than 2 (n - 1) / n of them over each link
 * (Patarasuk and Yuan 2009, "Bandwidth optimal all-reduce algorithms for clusters of workstations"). Halving and doubling does so in
 * 2 log2(n) messages for each of the buckets that `mpiProcesses` makes.
 *
 * @param gigabits 1e9 bits a second of each link; `Infinity` for two ranks in one memory.
 */
export function sumSeconds(bytes: number, hosts: number, gigabits: number): number {
  const fewest = (2 * (hosts - 1) * bytes) / hosts;
  const messages = 2 * Math.ceil(Math.log2(hosts)) * Math.ceil(bytes / BUCKET);
  const rate = (gigabits * 1e9 * PAYLOAD) / 8;
  return (detourOf(hosts) * fewest) / rate + bytes / FITTED.hostRate + messages * MESSAGE;
}

function detourOf(hosts: number): number {
  const { two, power, other } = FITTED.detour;
  if (hosts === 2) return two;
  return Number.isInteger(Math.log2(hosts)) ? power : other;
}
