import type { Params } from '@tgm/models';

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
  /** Of this step, with its wait for data; the steps of one call share its time. */
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
