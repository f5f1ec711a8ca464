import type * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Description } from '@tgm/options';
import type { ParameterGroup } from '../trainer/objective.js';

/** What an optimiser remembers between steps. */
export type OptimizerState = {
  /** Scalar, float32: updates made so far. */
  readonly step: tf.Tensor;
  /** One tensor of each parameter's shape under each name, such as the two moments of AdamW. */
  readonly slots: Readonly<Record<string, Params>>;
};

/** A pure optimiser: state is passed, not held. `init` and `update` may be traced. */
export interface Optimizer {
  init(params: Params): OptimizerState;
  /**
   * One step. Gradients have the names and shapes of the parameters.
   *
   * @param learningRate scalar, so that a schedule needs no new trace.
   * @param group how the parameter of a name is trained.
   */
  update(
    gradients: Params,
    state: OptimizerState,
    params: Params,
    learningRate: tf.Scalar,
    group: (name: string) => ParameterGroup,
  ): { readonly params: Params; readonly state: OptimizerState };
  describe(): Description;
}
