import type { Params } from '@tgm/models';
import type { Collective } from '../collective/collective.js';

/**
 * Measures parameters during a training: a probe of frozen features, the accuracy of a classifier. The model and the data are
 * bound when it is made; the evaluators of `@tgm/eval` are such.
 */
export interface Evaluator {
  /** Names its numbers in events and sinks; different for each evaluator of a run. */
  readonly name: string;
  /**
   * That it takes a collective: of several processes that train together all call it, with the same parameters, and each computes a
   * share. Else rank 0 measures alone. Those of `@tgm/eval` say so.
   */
  readonly together?: true;
  /**
   * Numbers by name. The tensors are valid until its promise settles, and stay the trainer's.
   *
   * @param collective where it is `together` and there are several processes.
   */
  evaluate(params: Params, collective?: Collective): Promise<Readonly<Record<string, number>>>;
}

/** Which parameters are measured. */
export type MeasuredParameters = 'current' | 'average';
