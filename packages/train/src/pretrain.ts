import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { type BatchOptions, type BatchTensors, makeBatch } from './batch.js';
import { TrainError } from './errors.js';
import { paramsFromVectors } from './flat-params.js';
import { checkOptions, type PretrainOptions } from './pretrain-options.js';
import { runStart } from './run-start.js';
import { sampleOrder } from './sample-order.js';
import { type StepsOutputs, severalSteps } from './several-steps.js';
import { hostState } from './step-state.js';
import { tokenBuffers } from './token-buffers.js';
import type { TrainEvent } from './train-events.js';
import { trainStep } from './train-step.js';
import { type RunSettings, saveTrainingState } from './training-state.js';

const STEPS_PER_COPY = 8;

/**
 * Pre-trains a video masked autoencoder; yields an event for each step and one at the end.
 *
 * The same options give the same numbers: every draw is a function of (seed, epoch, example). A run that was
 * stopped and called again with the same checkpoint folder goes on as if it had never stopped.
 *
 * @throws TrainError `NO_EXAMPLES`, `OPTION_INVALID`, `TEXT_MISSING`, `LOSS_NOT_FINITE` (the last checkpoint
 * stays as it was), `CHECKPOINT_MISMATCH`.
 */
export async function* pretrain<Cues extends object>(
  options: PretrainOptions<Cues>,
): AsyncGenerator<TrainEvent, void, undefined> {
  const { engine, model, losses, optimizer, schedule, batchSize, steps, checkpoint, signal } = options;
  checkOptions(options);
  const order = sampleOrder(options.examples.length, options.seed);
  const batches: BatchOptions<Cues> = {
    ...options,
    reconstructShare: options.reconstructShare ?? 1,
    needsText: losses.some(({ loss }) => loss.needsText),
  };
  const perCall = options.stepsPerCall ?? (engine.keepsState ? 1 : STEPS_PER_COPY);
  // While the batches of one call are in use, those of the next are made.
  const buffers = tokenBuffers(2 * perCall);
  const batchOf = (step: number) => makeBatch(batches, order, step, buffers(step));
  const settings: RunSettings = {
    seed: options.seed,
    batchSize,
    steps,
    masking: options.masking.name,
    ...checkpoint?.settings,
  };
  const first = await batchOf(0);
  const textWidth = first.textEmbedding?.shape[1] ?? 0;
  disposeAll(first);
  const start = await runStart(options, settings, textWidth);
  const { layout, modelNames } = start;
  let { state, done, saved } = start;

  const run = engine.compile(severalSteps(trainStep({ model, losses, optimizer, layout })), {
    donate: ['state'],
  });
  const batchesFrom = async (from: number): Promise<BatchTensors[]> => {
    const untilSaved = checkpoint ? checkpoint.every - (from % checkpoint.every) : steps;
    const made: BatchTensors[] = [];
    try {
      for (let step = from; step < from + Math.min(perCall, steps - from, untilSaved); step++) {
        made.push(await batchOf(step));
      }
      return made;
    } catch (error) {
      disposeAll(made);
      throw error;
    }
  };
  const save = async (): Promise<void> => {
    if (!checkpoint) return;
    const host = await hostState(state, done);
    saved = await saveTrainingState(checkpoint.folder, host, layout, model, modelNames, settings);
  };
  let savedAt = done;
  let next = done < steps ? batchesFrom(done) : undefined;
  while (next && !signal?.aborted) {
    const started = performance.now();
    const batches = await next;
    const dataWaitSeconds = (performance.now() - started) / 1000 / batches.length;
    const rates = batches.map((_, index) => schedule(done + index));
    const learningRates = rates.map((rate) => tf.scalar(rate));
    const running = run({ state, batches, learningRates });
    const after = done + batches.length;
    next = after < steps ? batchesFrom(after) : undefined;
    // A batch that fails is met when it is awaited; the call in hand ends first.
    next?.catch(() => undefined);
    const outputs = await running;
    disposeAll({ batches, learningRates });
    state = outputs.state;
    const outcomes = await Promise.all(outputs.steps.map(numbersOf));
    const clipsPerSecond = (batchSize * batches.length * 1000) / (performance.now() - started);
    for (const [index, { total, baseline, weightNorm, terms }] of outcomes.entries()) {
      const learningRate = rates[index]!;
      if (!Number.isFinite(total) || !Number.isFinite(weightNorm)) {
        disposeAll(state);
        const listed = Object.entries(terms)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ');
        throw new TrainError('LOSS_NOT_FINITE', {
          where: `pretrain, step ${done + 1}`,
          expected: 'a finite loss and finite weights',
          received: `a loss of ${total} and weights of norm ${weightNorm} (${listed}; learning rate ${learningRate})`,
          advice: saved ? `The last good checkpoint is ${saved}.` : 'No checkpoint was written yet.',
        });
      }
      done += 1;
      yield {
        type: 'step',
        step: done,
        steps,
        total,
        terms,
        baseline,
        weightNorm,
        learningRate,
        clipsPerSecond,
        dataWaitSeconds,
      };
    }
    if (checkpoint && done % checkpoint.every === 0) {
      await save();
      savedAt = done;
    }
  }
  if (next) disposeAll(await next);
  if (savedAt !== done || !saved) await save();
  const host = await hostState(state, done);
  disposeAll(state);
  const all = paramsFromVectors(layout, host.flat);
  const isModel = new Set(modelNames);
  const pick = (wanted: boolean): Params =>
    Object.fromEntries(Object.entries(all).filter(([name]) => isModel.has(name) === wanted));
  yield {
    type: 'end',
    reason: done < steps ? 'stopped' : 'completed',
    step: done,
    params: pick(true),
    lossParams: pick(false),
    ...(saved ? { checkpoint: saved } : {}),
  };
}

/** Reads what a step came to, and disposes it. */
async function numbersOf({ total, baseline, weightNorm, terms }: StepsOutputs['steps'][number]) {
  const read = await Promise.all(
    Object.entries(terms).map(async ([name, term]) => [name, await scalarOf(term)] as const),
  );
  return {
    total: await scalarOf(total),
    baseline: await scalarOf(baseline),
    weightNorm: await scalarOf(weightNorm),
    terms: Object.fromEntries(read),
  };
}

async function scalarOf(tensor: tf.Tensor): Promise<number> {
  const [value] = await tensor.data();
  tensor.dispose();
  return value!;
}

/** Disposes every tensor of a nested structure. */
function disposeAll(tree: object): void {
  tf.dispose(tree as tf.TensorContainer);
}
