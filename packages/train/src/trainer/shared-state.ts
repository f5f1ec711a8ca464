import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import { descriptionDifferences, type Json } from '@tgm/options';
import type { HostTensor, HostTensors, RunDescription } from '../checkpoint/saved-run.js';
import { shownValue } from '../checkpoint/shown-value.js';
import type { Collective } from '../collective/collective.js';
import { gatherJson } from '../collective/gather-json.js';
import { TrainError } from '../errors.js';
import type { VectorLayout } from './parameter-vectors.js';
import { type HostState, hostState, type RunState, stateFrom } from './run-state.js';

/** Where a run stands. */
export interface Standing {
  readonly state: RunState;
  readonly step: number;
  readonly after: Json;
}

/**
 * Rank 0's standing, on every rank: it alone reads checkpoints. The state of others is used up.
 *
 * @throws TrainError `RANKS_DISAGREE`, on all ranks, where their runs are not the same.
 */
export async function sharedStanding(
  collective: Collective,
  own: Standing,
  layout: VectorLayout,
  description: RunDescription,
): Promise<Standing> {
  if (collective.size === 1) return own;
  await requireSameOptions(collective, 'options', description);
  const host = await hostState(own.state, layout);
  const told = await gatherJson(collective, {
    step: own.step,
    after: own.after,
    updates: host.optimizer.step,
  });
  const { step, after, updates } = told[0] as { step: number; after: Json; updates: number };
  const received = await mapped(host, async ({ shape, data }) => {
    const numbers = data.slice();
    await collective.broadcast(numbers);
    return { shape, data: numbers };
  });
  if (collective.rank === 0) return own;
  tf.dispose(own.state as unknown as tf.TensorContainer);
  const optimizer = { ...received.optimizer, step: updates };
  return { state: stateFrom({ ...received, optimizer }, layout), step, after };
}

/** @throws TrainError `RANKS_DISAGREE`, on all ranks, where parameters or buffers are not the same to the last bit. */
export async function requireSameState(
  collective: Collective,
  state: RunState,
  layout: VectorLayout,
): Promise<void> {
  if (collective.size === 1) return;
  const { params, buffers } = await hostState(state, layout);
  const arrays = [params, buffers].flatMap((tensors) => Object.values(tensors).map(({ data }) => data));
  await requireSameDigests(collective, 'parameters and buffers', digestOf(arrays));
}

/**
 * That all ranks have the same options. Their order counts for nothing. Only where digests differ are the options told, which may be long.
 *
 * @throws TrainError `RANKS_DISAGREE`, on all ranks, that names every option which differs from rank 0's. Its `fault` is `caller`.
 */
export async function requireSameOptions(
  collective: Collective,
  what: string,
  options: object,
): Promise<void> {
  if (collective.size === 1) return;
  const digests = await gatherJson(collective, digestOf([JSON.stringify(options)]));
  if (alike(digests)) return;
  const told = (await gatherJson(collective, options as Json)) as object[];
  const differing = told.flatMap((each, rank) =>
    descriptionDifferences(told[0]!, each).map(
      ({ option, saved, now }) =>
        `${option}: ${shownValue(saved)} on rank 0, ${shownValue(now)} on rank ${rank}`,
    ),
  );
  // No retry mends it.
  if (differing.length > 0)
    throw Object.assign(disagreement(what, differing.join('; ')), { fault: 'caller' as const });
}

async function requireSameDigests(collective: Collective, what: string, digest: string): Promise<void> {
  const digests = (await gatherJson(collective, digest)) as string[];
  if (alike(digests)) return;
  throw disagreement(what, digests.map((each, rank) => `${each.slice(0, 12)} on rank ${rank}`).join(', '));
}

const alike = (said: readonly Json[]): boolean => said.every((each) => each === said[0]);

const disagreement = (what: string, received: string): TrainError =>
  new TrainError('RANKS_DISAGREE', {
    where: 'trainer, option collective',
    expected: `the same ${what} on all ranks`,
    received,
    advice: 'Ranks have to run the same program with the same options, on processors that compute alike.',
  });

function digestOf(parts: readonly (string | Float32Array | Int32Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts)
    hash.update(
      typeof part === 'string' ? part : new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
    );
  return hash.digest('hex');
}

/** Each tensor of a state changed, one after the other, in an order that is the same on every rank. */
async function mapped(
  state: HostState,
  change: (tensor: HostTensor) => Promise<HostTensor>,
): Promise<HostState> {
  const all = async <Tensors extends HostTensors>(tensors: Tensors): Promise<Tensors> => {
    const changed: Record<string, HostTensor> = {};
    for (const name of Object.keys(tensors).sort()) changed[name] = await change(tensors[name]!);
    return changed as Tensors;
  };
  const params = await all(state.params);
  const buffers = await all(state.buffers);
  const average = state.average && (await all(state.average));
  const slots: Record<string, HostTensors> = {};
  for (const slot of Object.keys(state.optimizer.slots).sort())
    slots[slot] = await all(state.optimizer.slots[slot]!);
  return { params, buffers, ...(average ? { average } : {}), optimizer: { ...state.optimizer, slots } };
}
