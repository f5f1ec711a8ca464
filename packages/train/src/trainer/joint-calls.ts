import type { Json } from '@tgm/options';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import type { Collective } from '../collective/collective.js';
import { gatherJson } from '../collective/gather-json.js';
import type { Batch, ReplacedSample } from './batches.js';
import { type Call, type Calls, discard } from './calls.js';
import { inBatchOrder } from './in-batch-order.js';

/** A step as all processes take it. */
export interface JointStep {
  readonly clips: number;
  /** Each sample once in a run, whoever found it. */
  readonly replaced: readonly ReplacedSample[];
}

/** This process's share of a call, and what the shares of all come to. */
export interface JointCall<Tensors extends TensorTree> extends Call<Tensors> {
  readonly all: readonly JointStep[];
}

/** What comes next, the same on every process. */
export interface Next<Tensors extends TensorTree> {
  /** Undefined where a process is asked to stop, or has no batches any more. */
  readonly call: JointCall<Tensors> | undefined;
  readonly stopped: boolean;
}

/** Calls that all processes take together. */
export interface JointCalls<Tensors extends TensorTree> {
  /** @param stop whether this process is asked to. */
  next(stop: boolean): Promise<Next<Tensors>>;
}

/** What a process says of its next call. */
interface Told {
  readonly stop: boolean;
  readonly ended: boolean;
  readonly steps: readonly ToldStep[];
}

interface ToldStep {
  readonly clips: number;
  /** Of each part. */
  readonly replaced: readonly (readonly ReplacedSample[])[];
  /** Samples of the clips, two at most: enough to say whether there are several. */
  readonly samples: readonly string[];
}

/** @param see is given some samples of each step, two at least where there are several, and its clips; what it throws ends the calls. */
export function jointCalls<Tensors extends TensorTree>(
  calls: Pick<Calls<Tensors>, 'next'>,
  collective: Collective,
  see: (samples: readonly string[], clips: number) => void = () => undefined,
): JointCalls<Tensors> {
  const known = new Set<string>();

  function joint(ranks: readonly ToldStep[]): JointStep {
    const clips = sum(ranks.map((rank) => rank.clips));
    see(
      ranks.flatMap(({ samples }) => samples),
      clips,
    );
    const found = inBatchOrder(ranks.map(({ replaced }) => replaced));
    const replaced = found.filter(({ id }) => !known.has(id));
    for (const { id } of replaced) known.add(id);
    return { clips, replaced };
  }

  return {
    async next(stop) {
      // Whoever stops does not wait for data.
      const call = stop ? undefined : await calls.next();
      let taken = false;
      try {
        const own: Told = { stop, ended: !call, steps: call?.steps.map(told) ?? [] };
        const ranks =
          collective.size > 1
            ? ((await gatherJson(collective, own as unknown as Json)) as unknown as Told[])
            : [own];
        const stopped = ranks.some((rank) => rank.stop);
        if (!call || ranks.some(({ ended }) => ended)) return { call: undefined, stopped };
        const all = call.steps.map((_, step) => joint(ranks.map(({ steps }) => steps[step]!)));
        taken = true;
        return { call: { ...call, all }, stopped };
      } finally {
        if (!taken) discard(call?.steps.flat() ?? []);
      }
    },
  };
}

function told(parts: readonly Batch<TensorTree>[]): ToldStep {
  return {
    clips: sum(parts.map((part) => part.clips)),
    replaced: parts.map(({ replaced }) => replaced),
    samples: [...new Set(parts.flatMap(({ ids }) => ids))].slice(0, 2),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
