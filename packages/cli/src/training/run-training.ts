import * as tf from '@tensorflow/tfjs';
import { listOf, objectWith, optional, text } from '@tgm/options';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import {
  type BadExamplePolicy,
  type Collective,
  follow,
  type RunOptions,
  type Sink,
  singleProcess,
  type TrainEvent,
} from '@tgm/train';
import { type VideoPool, videoPool } from '@tgm/video-io';
import { ownCores } from '../ranks/own-cores.js';
import { inNamesOfOptions } from './changed-options.js';
import { eventsIn, runFiles } from './run-folder.js';
import type { TrainingRunOptions } from './run-options.js';
import { stopSignal } from './stop-signal.js';

/** What both stages take beside their settings, data and files. */
export interface TrainingOptions extends TrainingRunOptions {
  /** Ends the run behind the step in hand, with a checkpoint. */
  readonly signal?: AbortSignal;
  /**
   * The processes that train together, each of which calls this with the same options. Rank 0 alone has to do with the folder and the
   * sinks. Default: this process alone; refused where a launcher started several.
   */
  readonly collective?: Collective;
  /** Where events go beside the files of the folder: a line on the terminal. */
  readonly sinks?: readonly Sink[];
  /** The configuration as a file of JSON, kept in the folder for `tgm resume`. */
  readonly configText?: string;
}

/** Where a run stands, as the first of several processes knows it. The others know how many steps they made. */
export interface TrainedRun {
  /** Its folder. */
  readonly output: string;
  readonly reason: 'completed' | 'stopped';
  readonly step: number;
  readonly steps: number;
  /** The newest checkpoint; absent where no step is done. */
  readonly checkpoint?: string;
  /** Terms of the last step, and its figures: baselines among them. */
  readonly terms: Readonly<Record<string, number>>;
  readonly figures: Readonly<Record<string, number>>;
}

/** What a stage builds its events from. */
export interface TrainingTools {
  readonly engine: Engine;
  readonly pool: VideoPool;
  readonly signal: AbortSignal;
  /** Whether this process is the one that tells and measures, of those that train together. */
  readonly isFirst: boolean;
  /** For `shuffled`. */
  readonly badSamples: BadExamplePolicy;
  /** The options of the trainer that are the same for all stages. */
  run(steps: number): Pick<RunOptions, 'seed' | 'checkpoint' | 'signal' | 'engine' | 'collective'>;
}

/** The fields of the options that are no run's alone. */
export const TRAINING_FIELDS = {
  signal: optional(objectWith<AbortSignal>('an AbortSignal', ['aborted'])),
  collective: optional(
    objectWith<Collective>('processes that train together', ['rank', 'size', 'allReduceSum', 'allGather']),
  ),
  sinks: optional(listOf(objectWith<Sink>('a sink', ['write', 'close']))),
  configText: optional(text()),
};

type Checked = TrainingOptions &
  Required<Pick<TrainingRunOptions, 'seed' | 'device' | 'threads' | 'keep' | 'refusedShare'>>;

export interface Stage {
  readonly name: 'pretrain' | 'finetune';
  /** Of the page. */
  readonly title: string;
  /** Videos that are trained on. */
  readonly videos: number;
  /** Whether it is measured behind its last step. */
  readonly measures: boolean;
  /** Begins, or goes on. `end` may free what it opened: it is called behind the last event. */
  start(tools: TrainingTools): Promise<{ events: AsyncIterable<TrainEvent>; end?(): Promise<void> }>;
}

/** Where nobody said how often to save, a kill loses a twentieth of a run at most, and of a long one 500 steps. */
const CHECKPOINTS = 20;
const MOST_STEPS_BETWEEN = 500;

/** Trains in a folder, or goes on there: engine, threads and files are opened for the stage and closed behind it. */
export async function runTraining(options: Checked, stage: Stage): Promise<TrainedRun> {
  const { output, seed, device, threads, saveEvery, keep, stopAfter, refusedShare, collective } = options;
  const isFirst = (collective?.rank ?? 0) === 0;
  const { signal, stepped, release } = stopSignal(options.signal, stopAfter);
  const engine = await onnxEngine({ device, threads: await ownCores(collective ?? singleProcess()) });
  const pool = videoPool({ workers: threads });
  try {
    const { events, end } = await stage.start({
      engine,
      pool,
      signal,
      isFirst,
      badSamples: { kind: 'replace', limit: Math.floor(refusedShare * stage.videos) },
      run: (steps) => {
        const every = saveEvery ?? Math.min(MOST_STEPS_BETWEEN, Math.ceil(steps / CHECKPOINTS));
        const checkpoint = { folder: output, every, keep };
        return { engine, seed, signal, checkpoint, ...(collective && { collective }) };
      },
    });
    try {
      const { name, title, measures } = stage;
      const { configText, sinks = [] } = options;
      const files = { folder: output, stage: name, title, configText, measures };
      const last = await follow(
        telling(events, stepped),
        isFirst ? [...(await runFiles(files)), ...sinks] : [],
      );
      tf.dispose([last.params, last.buffers, last.average ?? {}] as unknown as tf.TensorContainer);
      return {
        output,
        reason: last.reason as TrainedRun['reason'],
        ...(isFirst ? await standing(output) : { step: last.step, steps: last.step, terms: {}, figures: {} }),
        ...(last.checkpoint !== undefined && { checkpoint: last.checkpoint }),
      };
    } finally {
      await end?.();
    }
  } catch (error) {
    throw await inNamesOfOptions(error, output, options.configText);
  } finally {
    release();
    await pool.close();
    await engine.dispose();
  }
}

/** The same events, told of each step. */
async function* telling(events: AsyncIterable<TrainEvent>, stepped: () => void): AsyncGenerator<TrainEvent> {
  for await (const event of events) {
    if (event.type === 'step') stepped();
    yield event;
  }
}

/** How far the run of a folder is, by its events: the steps may all have been made before. */
async function standing(folder: string): Promise<Pick<TrainedRun, 'step' | 'steps' | 'terms' | 'figures'>> {
  const events = await eventsIn(folder);
  const last = events.findLast((event) => event.type === 'step');
  if (last) return { step: last.step, steps: last.steps, terms: last.terms, figures: last.figures };
  const begin = events.findLast((event) => event.type === 'begin');
  return { step: begin?.step ?? 0, steps: begin?.steps ?? 0, terms: {}, figures: {} };
}
