import * as tf from '@tensorflow/tfjs';
import { type MaskingStrategy, seededRandom } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { AdamW } from './adamw.js';
import { type BatchOptions, type BatchTensors, makeBatch } from './batch.js';
import { TrainError } from './errors.js';
import type { ExampleSource } from './example-source.js';
import { type FlatLayout, flatLayout, joinParams, paramsFromVectors } from './flat-params.js';
import { sampleOrder } from './sample-order.js';
import type { Schedule } from './schedule.js';
import { freshState, hostState, stateFrom } from './step-state.js';
import { tokenBuffers } from './token-buffers.js';
import { type StepInputs, trainStep, type WeightedLoss } from './train-step.js';
import {
  latestCheckpoint,
  loadTrainingState,
  type RunSettings,
  saveTrainingState,
} from './training-state.js';

export interface PretrainOptions<Cues extends object> {
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly examples: ExampleSource<Cues>;
  readonly masking: MaskingStrategy<NoInfer<Cues>>;
  /**
   * Masks a second view of each clip for the video-text term. Default: the same visible tokens serve both, as in
   * the paper (TGM, section 3). A second random view keeps evidence for the caption when `masking` hides all
   * that the caption names; it costs one more encoder pass.
   */
  readonly contrastMasking?: MaskingStrategy<NoInfer<Cues>>;
  readonly losses: readonly WeightedLoss[];
  readonly optimizer: AdamW;
  readonly schedule: Schedule;
  readonly batchSize: number;
  readonly steps: number;
  /** Decides initial weights, order, captions and masks. */
  readonly seed: number;
  /** Share of the masked tokens that the decoder reconstructs, drawn at random, in (0, 1]. Default 1. */
  readonly reconstructShare?: number;
  /** Where to save, and every how many steps; saved at the end and on a stop in any case. Continues what it finds there. */
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly settings?: RunSettings };
  /** Ends the run after the step in hand, with a checkpoint. */
  readonly signal?: AbortSignal;
}

export interface StepEvent {
  readonly type: 'step';
  /** Steps done, counted from 1. */
  readonly step: number;
  readonly steps: number;
  readonly total: number;
  /** Each term before weighting, by name. */
  readonly terms: Readonly<Record<string, number>>;
  /** Reconstruction loss of predicting every patch's mean: about 1 with normalised targets. */
  readonly baseline: number;
  /** Euclidean norm of all parameters after the step. */
  readonly weightNorm: number;
  readonly learningRate: number;
  /** Of this step, with its wait for data. */
  readonly clipsPerSecond: number;
  /** How long the step waited for its batch. */
  readonly dataWaitSeconds: number;
}

export interface EndEvent {
  readonly type: 'end';
  readonly reason: 'completed' | 'stopped';
  readonly step: number;
  /** The caller disposes both. */
  readonly params: Params;
  readonly lossParams: Params;
  /** Where the last checkpoint lies, when one was asked for. */
  readonly checkpoint?: string;
}

export type TrainEvent = StepEvent | EndEvent;

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
  const buffers = tokenBuffers();
  const batchOf = (step: number) => makeBatch(batches, order, step, buffers(step));
  const first = batchOf(0);
  const initial = await initialParams(options, await first);
  disposeAll(await first);
  const { layout, modelNames } = initial;
  const settings: RunSettings = {
    seed: options.seed,
    batchSize,
    steps,
    masking: options.masking.name,
    ...checkpoint?.settings,
  };
  const found = checkpoint && (await latestCheckpoint(checkpoint.folder));
  const resumed = found ? await loadTrainingState(found, layout, settings) : undefined;
  let state = resumed ? stateFrom(resumed) : freshState(optimizer, initial.flat);
  let done = resumed?.step ?? 0;
  let saved = found;

  const step = engine.compile(trainStep({ model, losses, optimizer, layout }), { donate: ['state'] });
  const save = async (): Promise<void> => {
    if (!checkpoint) return;
    const host = await hostState(state, done);
    saved = await saveTrainingState(checkpoint.folder, host, layout, model, modelNames, settings);
  };
  let savedAt = done;
  let next = done < steps ? batchOf(done) : undefined;
  while (next && !signal?.aborted) {
    const started = performance.now();
    const batch: BatchTensors = await next;
    const dataWaitSeconds = (performance.now() - started) / 1000;
    const learningRate = schedule(done);
    const rate = tf.scalar(learningRate);
    const inputs: StepInputs = { state, batch, learningRate: rate };
    const running = step(inputs);
    next = done + 1 < steps ? batchOf(done + 1) : undefined;
    // A batch that fails is met when it is awaited; the step in hand ends first.
    next?.catch(() => undefined);
    const outputs = await running;
    disposeAll({ batch, rate });
    state = outputs.state;
    const names = Object.keys(outputs.terms);
    const [total, baseline, weightNorm, ...terms] = await Promise.all(
      [outputs.total, outputs.baseline, outputs.weightNorm, ...names.map((name) => outputs.terms[name]!)].map(
        scalarOf,
      ),
    );
    if (!Number.isFinite(total) || !Number.isFinite(weightNorm)) {
      disposeAll(state);
      const listed = names.map((name, index) => `${name} ${terms[index]}`).join(', ');
      throw new TrainError(
        'LOSS_NOT_FINITE',
        `The loss of step ${done + 1} is ${total} and the norm of the weights after it ${weightNorm} (${listed}; learning rate ${learningRate}). ${saved ? `The last good checkpoint is ${saved}.` : 'No checkpoint was written yet.'}`,
      );
    }
    done += 1;
    yield {
      type: 'step',
      step: done,
      steps,
      total: total!,
      terms: Object.fromEntries(names.map((name, index) => [name, terms[index]!])),
      baseline: baseline!,
      weightNorm: weightNorm!,
      learningRate,
      clipsPerSecond: (batchSize * 1000) / (performance.now() - started),
      dataWaitSeconds,
    };
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

function checkOptions<Cues extends object>(options: PretrainOptions<Cues>): void {
  const { batchSize, steps, reconstructShare = 1, losses, examples } = options;
  const invalid = (what: string): never => {
    throw new TrainError('OPTION_INVALID', `pretrain: ${what}.`);
  };
  if (examples.length === 0) throw new TrainError('NO_EXAMPLES', 'pretrain: the source holds no examples.');
  if (!Number.isInteger(batchSize) || batchSize < 1)
    invalid(`batchSize must be a whole number from 1, got ${batchSize}`);
  if (!Number.isInteger(steps) || steps < 1) invalid(`steps must be a whole number from 1, got ${steps}`);
  if (!(reconstructShare > 0 && reconstructShare <= 1)) {
    invalid(`reconstructShare must be in (0, 1], got ${reconstructShare}`);
  }
  if (losses.length === 0) invalid('losses is empty');
  const names = losses.map(({ loss }) => loss.name);
  if (new Set(names).size !== names.length) invalid(`losses have equal names: ${names.join(', ')}`);
}

async function initialParams<Cues extends object>(
  options: PretrainOptions<Cues>,
  batch: BatchTensors,
): Promise<{ layout: FlatLayout; flat: Record<string, Float32Array>; modelNames: string[] }> {
  const random = seededRandom(options.seed, 'init');
  const modelParams = options.model.init(random);
  const textWidth = batch.textEmbedding?.shape[1] ?? 0;
  const lossParams = options.losses.map(({ loss }) =>
    loss.init(random, options.model.config.hiddenSize, textWidth),
  );
  const params: Params = Object.assign({}, modelParams, ...lossParams);
  const layout = flatLayout(params, options.optimizer.decays);
  const flat = await joinParams(layout, params);
  disposeAll(params);
  return { layout, flat, modelNames: Object.keys(modelParams) };
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
