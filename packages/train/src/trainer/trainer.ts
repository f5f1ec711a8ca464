import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import type { CallTimes, Collective } from '../collective/collective.js';
import { launchedAlone } from '../collective/launched-alone.js';
import { TrainError } from '../errors.js';
import { callsOf, discard } from './calls.js';
import { evaluations, requireEvaluators, requireSameEvaluations } from './evaluations.js';
import type { NoticeEvent, TrainEvent } from './events.js';
import { jointCalls } from './joint-calls.js';
import { learningRates } from './learning-rates.js';
import { requireWeights } from './objective-outputs.js';
import { openRun, type Run } from './open-run.js';
import { requireSameState } from './shared-state.js';
import { stepEvents } from './step-events.js';
import { stepper } from './stepper.js';
import { TRAINER_OPTIONS, type TrainerOptions } from './trainer-options.js';

/** Steps of a call where every call copies the state to the device and back. */
const STEPS_PER_COPY = 8;

/**
 * Trains an objective on batches: the one loop through which everything here learns.
 *
 * Yields an event that tells the run, one for each step, for each checkpoint that lies safely on the disk, for each evaluation,
 * and one at the end.
 * The same options give the same numbers. A run that was stopped, broken off or killed, and is called again with the same
 * checkpoint folder, goes on as if it had never stopped; under other options it is refused with the names of those that
 * differ.
 *
 * On several processes (`collective`) each yields the events of the steps; rank 0 alone reads and writes checkpoints, and tells what is
 * measured. The batches are then the share of each: `pretrain` and `finetune` see to it. What one throws ends all, and none leaves
 * before rank 0 has saved what was done.
 *
 * @throws TrainError `OPTION_INVALID`, `CHECKPOINT_MISMATCH`, `CHECKPOINT_DAMAGED`, `CHECKPOINT_FAILED`, `RUN_LOCKED`,
 *   `RANKS_DISAGREE`, `RANK_FAILED` with the error of the rank that failed first, `RANK_SILENT`, `LAUNCHER_DISAGREES`,
 *   `NO_NEGATIVES`, `LOSS_NOT_FINITE` (the last checkpoint stays as it was), and whatever the batches throw; what was done
 *   until then is saved.
 */
export async function* trainer<Batch extends TensorTree>(
  given: TrainerOptions<Batch>,
): AsyncGenerator<TrainEvent, void, undefined> {
  const options = TRAINER_OPTIONS.check(given);
  requireWeights(options.objective);
  requireLongEnough(options);
  requireEvaluators(options);
  const { engine, objective, batches, optimizer, schedule, steps, accumulate, clipNorm, signal } = options;
  const { checkpoint, evaluate, average } = options;
  const collective = options.collective ?? launchedAlone('trainer, option collective');
  // Rank 0 alone may be refused the folder.
  const run = await openRun(options, collective).catch(async (error) => {
    throw await collective.fail(error);
  });
  let broken = false;
  let failed = false;
  /** Whether a signal ended the run, on any rank. */
  let stopped = false;
  /** Whether steps were taken behind the last evaluation. */
  let unmeasured = false;
  try {
    const { layout, description } = run;
    await requireSameEvaluations(collective, evaluate);
    yield { type: 'begin', step: run.step, steps, description };
    yield* run.notices;
    const updates = { optimizer, layout, clipNorm, averageDecay: average?.decay };
    const take = stepper(engine, objective, updates, accumulate, collective);
    const inParts = accumulate > 1 || collective.size > 1;
    const perCall = inParts ? 1 : (options.stepsPerCall ?? (engine.keepsState ? 1 : STEPS_PER_COPY));
    const periods = [checkpoint?.every, evaluate?.every].filter((every) => every !== undefined);
    const sizeAt = (step: number): number =>
      Math.min(perCall, steps - step, ...periods.map((every) => every - (step % every)));
    const calls = callsOf(
      await batches.open(run.step > 0 ? run.after : undefined),
      run.step,
      sizeAt,
      accumulate,
    );
    const joint = jointCalls(calls, collective, objective.tellsSamplesApart ?? false);
    try {
      while (run.step < steps) {
        const began = performance.now();
        const before = collective.times();
        const next = await joint.next(signal?.aborted ?? false);
        const { call } = next;
        stopped = next.stopped;
        if (!call) break;
        const rates = learningRates(schedule, run.step, call.steps.length);
        // The old state is used up then; the new one counts when all its numbers are finite.
        const onUse = () => {
          broken = true;
        };
        const taken = await take(run.state, call.steps, rates, onUse).finally(() =>
          discard(call.steps.flat()),
        );
        run.state = taken.state;
        const seconds = (performance.now() - began) / 1000;
        const waits = waitsSince(before, collective);
        const told = { call, numbers: taken.steps, rates, seconds, waits, done: run.step, steps };
        const events = await stepEvents({ ...told, saved: run.saved() }, collective);
        broken = false;
        run.step += events.length;
        run.after = call.steps.at(-1)!.at(-1)!.after;
        if (next.doubled) yield DOUBLED;
        yield* events;
        if (checkpoint && run.step % checkpoint.every === 0) yield* saved();
        unmeasured = true;
        if (evaluate && run.step % evaluate.every === 0) {
          yield* evaluations(run, evaluate, collective);
          unmeasured = false;
        }
      }
    } finally {
      await calls.close();
    }
    yield* saved();
    if (evaluate && unmeasured && !stopped) yield* evaluations(run, evaluate, collective);
    const path = run.saved();
    yield {
      type: 'end',
      reason: run.step >= steps ? 'completed' : stopped ? 'stopped' : 'exhausted',
      step: run.step,
      ...(await run.tensors()),
      ...(path === undefined ? {} : { checkpoint: path }),
    };
  } catch (error) {
    failed = true;
    throw await collective.fail(error);
  } finally {
    await finish(run, { save: !broken, failed });
    // Whoever leaves first ends the others.
    if (failed) await collective.barrier().catch(() => undefined);
  }

  async function* saved(): AsyncGenerator<TrainEvent> {
    try {
      await requireSameState(collective, run.state, run.layout);
    } catch (error) {
      // Of states that differ none is the run's.
      broken = error instanceof TrainError && error.code === 'RANKS_DISAGREE';
      throw error;
    }
    const path = await run.save();
    if (path !== undefined) yield { type: 'saved', step: run.step, path };
  }
}

/** Whoever breaks off, or whatever fails, keeps the steps that are done. The first failure is the one to be told. */
async function finish(run: Run, { save, failed }: { save: boolean; failed: boolean }): Promise<void> {
  try {
    if (save) await run.save();
  } catch (error) {
    if (!failed) throw error;
  } finally {
    await run.close();
  }
}

/** Such a step is that of a smaller batch. `pretrain` and `finetune` cannot come to it. */
const DOUBLED: NoticeEvent = {
  type: 'notice',
  code: 'BATCHES_DOUBLED',
  message:
    'Two ranks have the same batches, so that the step learns their clips twice: give each rank its share (options rank and ranks of ' +
    'what makes the batches).',
};

/** What the calls of the collective took; nothing where there is one process. */
function waitsSince(before: CallTimes, collective: Collective): CallTimes | undefined {
  if (collective.size === 1) return undefined;
  const now = collective.times();
  return {
    seconds: now.seconds - before.seconds,
    peerSeconds: now.peerSeconds - before.peerSeconds,
  };
}

/** A schedule of fewer steps would say the rate of its end from there on, mostly 0. */
function requireLongEnough({
  steps,
  schedule,
}: Pick<TrainerOptions<TensorTree>, 'steps' | 'schedule'>): void {
  if (schedule.steps === undefined || schedule.steps >= steps) return;
  throw new TrainError('OPTION_INVALID', {
    where: 'trainer, option steps',
    expected: `at most the schedule's ${schedule.steps} steps`,
    received: String(steps),
  });
}
