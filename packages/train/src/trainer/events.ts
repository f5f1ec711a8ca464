import type { Params } from '@tgm/models';
import type { RunDescription } from '../checkpoint/saved-run.js';
import type { ReplacedSample } from './batches.js';
import type { MeasuredParameters } from './evaluator.js';

/** The first event of every run: what it is, and where it stands. */
export interface BeginEvent {
  readonly type: 'begin';
  /** Steps done before: 0, or those of the checkpoint that the run goes on from. What was told of later ones is void. */
  readonly step: number;
  readonly steps: number;
  /** What every option came to, defaults included; JSON. A checkpoint of the run holds the same. */
  readonly description: RunDescription;
}

export interface StepEvent {
  readonly type: 'step';
  /** Steps done, counted from 1. */
  readonly step: number;
  readonly steps: number;
  /** The weighted sum of the terms. */
  readonly total: number;
  /** Each term before weighting, by name. */
  readonly terms: Readonly<Record<string, number>>;
  /** What else the objective tells, such as the loss of predicting the mean. */
  readonly figures: Readonly<Record<string, number>>;
  /** Euclidean norm of all gradients, before clipping; told where `clipNorm` asks for it, since it costs a step 2 to 4 %. */
  readonly gradientNorm?: number;
  /** Euclidean norm of all parameters after the step. */
  readonly weightNorm: number;
  readonly learningRate: number;
  /** How long the step took, with its wait for data; the steps of one call share its time. */
  readonly seconds: number;
  /** Of this step, on all processes, with its wait for data; the steps of one call share its time. */
  readonly clipsPerSecond: number;
  /** How long the step waited for its batch, or for this process's share of it. */
  readonly dataWaitSeconds: number;
  /**
   * How long the step was in calls of the collective: it waited for the other processes, exchanged rows, summed gradients. Told where
   * there are several processes.
   */
  readonly reduceWaitSeconds?: number;
  /** The part of `reduceWaitSeconds` until all others had come. */
  readonly peerWaitSeconds?: number;
  /** Samples that could not be read, on any process, whose places in this batch went to others. */
  readonly replaced: readonly ReplacedSample[];
}

/** A checkpoint was written and lies safely on the disk. */
export interface SavedEvent {
  readonly type: 'saved';
  readonly step: number;
  /** Its folder, for `loadCheckpoint`. */
  readonly path: string;
}

export interface EvaluatedEvent {
  readonly type: 'evaluated';
  readonly step: number;
  /** Name of the evaluator. */
  readonly evaluator: string;
  readonly parameters: MeasuredParameters;
  /** What it gave. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Something that goes otherwise than asked for, and does not end the run. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly code: 'CHECKPOINT_DAMAGED' | 'BATCHES_DOUBLED';
  readonly message: string;
}

/** Behind the last event of a run that an error ended. `follow` makes it, and throws the error. */
export interface FailedEvent {
  readonly type: 'failed';
  /** The error's own, else its name. */
  readonly code: string;
  readonly message: string;
}

export interface EndEvent {
  readonly type: 'end';
  /** `exhausted`: the batches ended before the last step. */
  readonly reason: 'completed' | 'stopped' | 'exhausted';
  readonly step: number;
  /** All parameters of the objective. The caller disposes them, and those below. */
  readonly params: Params;
  readonly buffers: Params;
  /** Their average over the steps, where one was asked for. */
  readonly average?: Params;
  /** Where the last checkpoint lies, when one was asked for and a step is done. */
  readonly checkpoint?: string;
}

export type TrainEvent =
  | BeginEvent
  | StepEvent
  | SavedEvent
  | EvaluatedEvent
  | NoticeEvent
  | FailedEvent
  | EndEvent;
