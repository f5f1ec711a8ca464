import type { Json } from '@tgm/options';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import type { Collective } from '../collective/collective.js';
import { gatherJson } from '../collective/gather-json.js';
import { batchDigest } from './batch-digest.js';
import type { Batch, ReplacedSample } from './batches.js';
import { type Call, type Calls, discard } from './calls.js';
import { inBatchOrder } from './in-batch-order.js';
import { comparedNumbers, severalCaptions } from './several-captions.js';
import { severalSamples } from './several-samples.js';

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
  /** Whether it is the first call, and two processes have the same batches for it. */
  readonly doubled: boolean;
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
  /** Of the batches of the first call. */
  readonly digest: string | null;
}

interface ToldStep {
  readonly clips: number;
  /** Of each part. */
  readonly replaced: readonly (readonly ReplacedSample[])[];
  /** Samples of the clips, two at most: enough to say whether there are several. */
  readonly samples: readonly string[];
  /** What captions are compared by, as long as that has to be seen. */
  readonly compared: readonly number[];
}

/**
 * @param apart whether samples of a step have to be told apart.
 * @returns calls. `next` throws TrainError `NO_NEGATIVES`, on all processes, where the clips of the first steps are all alike.
 */
export function jointCalls<Tensors extends TensorTree>(
  calls: Pick<Calls<Tensors>, 'next'>,
  collective: Collective,
  apart: boolean,
): JointCalls<Tensors> {
  const known = new Set<string>();
  const samples = severalSamples();
  const captions = severalCaptions();
  let first = true;

  function joint(ranks: readonly ToldStep[]): JointStep {
    const clips = sum(ranks.map((rank) => rank.clips));
    if (apart)
      samples(
        ranks.flatMap((rank) => rank.samples),
        clips,
      );
    captions.see(ranks.flatMap(({ compared }) => compared));
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
        const digest = first && call && collective.size > 1 ? await batchDigest(call.steps.flat()) : null;
        first = false;
        const own: Told = {
          stop,
          digest,
          ended: !call,
          steps: call?.steps.map((parts) => told(parts, !captions.decided())) ?? [],
        };
        const ranks =
          collective.size > 1
            ? ((await gatherJson(collective, own as unknown as Json)) as unknown as Told[])
            : [own];
        const stopped = ranks.some((rank) => rank.stop);
        if (!call || ranks.some(({ ended }) => ended)) return { call: undefined, stopped, doubled: false };
        const all = call.steps.map((_, step) => joint(ranks.map(({ steps }) => steps[step]!)));
        taken = true;
        const doubled = digest !== null && new Set(ranks.map((rank) => rank.digest)).size < ranks.length;
        return { call: { ...call, all }, stopped, doubled };
      } finally {
        if (!taken) discard(call?.steps.flat() ?? []);
      }
    },
  };
}

function told(parts: readonly Batch<TensorTree>[], compares: boolean): ToldStep {
  return {
    clips: sum(parts.map((part) => part.clips)),
    replaced: parts.map(({ replaced }) => replaced),
    samples: [...new Set(parts.flatMap(({ ids }) => ids))].slice(0, 2),
    compared: compares ? parts.flatMap(({ compared }) => (compared ? comparedNumbers(compared) : [])) : [],
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
