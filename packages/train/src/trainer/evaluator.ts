import type { Params } from '@tgm/models';

/**
 * Measures parameters during a training: a probe of frozen features, the accuracy of a classifier. The model and the data are
 * bound when it is made; the evaluators of `@tgm/eval` are such.
 */
export interface Evaluator {
  /** Names its numbers in events and sinks; different for each evaluator of a run. */
  readonly name: string;
  /** Numbers by name. The tensors are valid until its promise settles, and stay the trainer's. */
  evaluate(params: Params): Promise<Readonly<Record<string, number>>>;
}

/** Which parameters are measured. */
export type MeasuredParameters = 'current' | 'average';
