import * as tf from '@tensorflow/tfjs';
import { type Params, tensorsDigest } from '@tgm/models';
import type { Json } from '@tgm/options';
import { findCheckpoint } from '../checkpoint/find-checkpoint.js';
import { tensorsOf } from '../checkpoint/host-tensors.js';
import { lockRun } from '../checkpoint/lock-run.js';
import { ratesDigest } from '../checkpoint/rates-digest.js';
import { requireJson } from '../checkpoint/require-json.js';
import { requireSameRun } from '../checkpoint/require-same-run.js';
import { requireSameTensors } from '../checkpoint/require-same-tensors.js';
import type { RunDescription, SavedRun } from '../checkpoint/saved-run.js';
import { writeCheckpoint } from '../checkpoint/write-checkpoint.js';
import type { Collective } from '../collective/collective.js';
import { type Beginning, beginning } from './beginning.js';
import type { NoticeEvent } from './events.js';
import { type VectorLayout, vectorLayout } from './parameter-vectors.js';
import { freshState, hostState, type RunState, stateFrom } from './run-state.js';
import { sharedStanding } from './shared-state.js';
import type { CheckedOptions } from './trainer-options.js';

/** A run in hand: where it stands, and how it is kept. */
export interface Run {
  readonly layout: VectorLayout;
  readonly description: RunDescription;
  /** What happened as it was opened. */
  readonly notices: readonly NoticeEvent[];
  /** The trainer sets these three together, behind each call of the engine. */
  state: RunState;
  /** Steps done. */
  step: number;
  /** Place of the batches behind them. */
  after: Json;
  /** Path of the last checkpoint. */
  saved(): string | undefined;
  /**
   * Writes a checkpoint, and gives its path; undefined where there is no folder, no step is done, or the last one is of this
   * step.
   */
  save(): Promise<string | undefined>;
  /** Parameters, buffers and average as tensors of their own, which the caller disposes. */
  tensors(): Promise<RunTensors>;
  /** Frees the state and the folder. */
  close(): Promise<void>;
}

export interface RunTensors {
  readonly params: Params;
  readonly buffers: Params;
  readonly average?: Params;
}

/**
 * Begins a run, or goes on from its newest whole checkpoint. Rank 0 alone has to do with the folder.
 *
 * @throws TrainError `CHECKPOINT_MISMATCH` where the folder is another run's, `RUN_LOCKED`, `CHECKPOINT_DAMAGED`.
 */
export async function openRun(given: CheckedOptions, collective: Collective): Promise<Run> {
  const options = collective.rank === 0 ? given : { ...given, checkpoint: undefined };
  const { checkpoint } = options;
  const unlock = checkpoint ? await lockRun(checkpoint.folder) : async () => undefined;
  try {
    const first = beginning(options.objective, options);
    return await opened(options, collective, first, unlock).finally(first.dispose);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function opened(
  options: CheckedOptions,
  collective: Collective,
  first: Beginning,
  unlock: () => Promise<void>,
): Promise<Run> {
  const { engine, objective, optimizer, schedule, steps, checkpoint, average } = options;
  const notices: NoticeEvent[] = [];
  const description = await describeRun(options);
  const layout = vectorLayout(first.params, (name, shape) => objective.group(name, shape));
  const found =
    checkpoint &&
    (await findCheckpoint(checkpoint.folder, ({ fault: { message } }) => {
      notices.push({ type: 'notice', code: 'CHECKPOINT_DAMAGED', message });
    }));
  // Of a run that learned nothing yet none is kept: it would refuse the options that mend what kept it from its first step.
  let savedStep = 0;
  let savedPath = found?.path;
  const goOn = async (path: string, saved: SavedRun) => {
    requireSameRun(path, saved, { description, schedule, steps });
    requireSameTensors(path, saved.params, first.params);
    requireSameTensors(path, saved.buffers, first.buffers);
    // What was drawn is not needed beside what was saved.
    first.dispose();
    savedStep = saved.step;
    return { state: stateFrom(saved, layout), step: saved.step, after: saved.after };
  };
  const begin = async () => ({
    state: await freshState(engine, optimizer, layout, first.params, first.buffers, average !== undefined),
    step: 0,
    after: null,
  });
  const own = await (found ? goOn(found.path, found.saved) : begin());
  const at = await sharedStanding(collective, own, layout, description);

  const run: Run = {
    layout,
    description,
    notices,
    ...at,
    saved: () => savedPath,
    async save() {
      if (!checkpoint || savedStep === run.step) return undefined;
      const host = await hostState(run.state, layout);
      const params = tensorsOf(host.params);
      const buffers = tensorsOf(host.buffers);
      try {
        savedPath = await writeCheckpoint(
          checkpoint.folder,
          {
            ...host,
            step: run.step,
            after: run.after,
            description,
            rates: ratesDigest(schedule, run.step),
          },
          objective.artefacts(params, buffers),
          { keep: checkpoint.keep },
        );
      } finally {
        tf.dispose({ params, buffers } as tf.TensorContainerObject);
      }
      savedStep = run.step;
      return savedPath;
    },
    async tensors() {
      const { params, buffers, average: mean } = await hostState(run.state, layout);
      return {
        params: tensorsOf(params),
        buffers: tensorsOf(buffers),
        ...(mean ? { average: tensorsOf(mean) } : {}),
      };
    },
    async close() {
      tf.dispose(run.state as unknown as tf.TensorContainer);
      await unlock();
    },
  };
  return run;
}

async function describeRun(options: CheckedOptions): Promise<RunDescription> {
  const { objective, batches, optimizer, schedule, seed, steps, accumulate, clipNorm, average, start } =
    options;
  const description: RunDescription = {
    objective: objective.describe(),
    batches: await batches.describe(),
    optimizer: optimizer.describe(),
    schedule: schedule.describe(),
    run: {
      seed,
      steps,
      accumulate,
      clipNorm: clipNorm ?? null,
      average: average ? { decay: average.decay } : null,
      start: hasTensors(start) ? await tensorsDigest({ ...start.params, ...start.buffers }) : null,
    },
  };
  requireJson(description);
  return description;
}

const hasTensors = (start: CheckedOptions['start']): start is NonNullable<CheckedOptions['start']> =>
  Object.keys({ ...start?.params, ...start?.buffers }).length > 0;
