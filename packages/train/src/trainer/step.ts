import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../errors.js';
import { gradientVectors, valueAndGradients } from './gradients.js';
import type { Objective, Scalars } from './objective.js';
import { partOf, wholeOf } from './objective-outputs.js';
import { splitParams } from './parameter-vectors.js';
import type { RunState } from './run-state.js';
import { type UpdateOptions, update } from './update.js';

export type StepInputs<Batch extends TensorTree> = {
  readonly state: RunState;
  readonly batch: Batch;
  readonly learningRate: tf.Scalar;
};

/** What a step comes to, all of it scalars. */
export type StepOutcome = {
  /** The weighted sum of the terms. */
  readonly total: tf.Tensor;
  readonly terms: Scalars;
  readonly figures: Scalars;
  readonly gradientNorm?: tf.Tensor;
  readonly weightNorm: tf.Tensor;
};

/**
 * One optimisation step on a batch that is there as a whole: the objective's terms, their gradients, the update. A pure
 * function, one graph.
 */
export function wholeStep<Batch extends TensorTree>(
  objective: Objective<Batch>,
  options: UpdateOptions,
): (inputs: StepInputs<Batch>) => { state: RunState; outcome: StepOutcome } {
  const { layout } = options;
  return ({ state, batch, learningRate }) => {
    const { value, gradients, extra } = valueAndGradients(splitParams(layout, state.vectors), (params) => {
      const part = partOf(objective, params, state.buffers, batch);
      const whole = part.rows && wholeOf(objective, params, state.buffers, part.rows);
      const terms = { ...part.terms, ...whole?.terms };
      const figures = { ...part.figures, ...whole?.figures };
      return {
        value: weightedSum(objective, requireTerms(terms)),
        extra: { terms, figures, buffers: { ...state.buffers, ...whole?.buffers } },
      };
    });
    const updated = update(
      options,
      state,
      extra.buffers as Params,
      gradientVectors(layout, gradients),
      learningRate,
      (name) => gradients[name] !== undefined,
    );
    const { state: next, ...norms } = updated;
    return {
      state: next,
      outcome: { total: value, terms: extra.terms, figures: extra.figures, ...norms },
    };
  };
}

/** @throws TrainError `OPTION_INVALID` where there is nothing to learn from. */
export function requireTerms(terms: Scalars): Scalars {
  if (Object.keys(terms).length > 0) return terms;
  throw refusal('at least one term of each batch', 'none');
}

/**
 * Σ weight * term; 0 without terms.
 *
 * @throws TrainError `OPTION_INVALID` for a term without a weight.
 */
export function weightedSum({ weights }: Pick<Objective<never>, 'weights'>, terms: Scalars): tf.Scalar {
  const weighted = Object.entries(terms).map(([name, term]) => {
    const weight = weights[name];
    if (weight !== undefined) return tf.mul(term, weight);
    throw refusal(`a weight of its term ${name}`, `weights of ${Object.keys(weights).join(', ')}`);
  });
  if (weighted.length === 0) return tf.scalar(0);
  return (weighted.length === 1 ? weighted[0]! : tf.addN(weighted)) as tf.Scalar;
}

const refusal = (expected: string, received: string): TrainError =>
  new TrainError('OPTION_INVALID', { where: 'trainer, option objective', expected, received });
