import type { Params } from '@tgm/models';
import type { Processes } from './processes.js';

/** Measures the parameters of a model, during a training or after it. The model is bound when it is made. */
export interface Evaluator {
  /** Names its numbers among those of others. */
  readonly name: string;
  /** That it takes `processes`: where several train together, all of them call it, with the same parameters. */
  readonly together?: true;
  /**
   * Named numbers for these parameters of the model. Those of the losses may be among them, such as the projection into the
   * text space.
   *
   * @param processes each of which computes a share. All find the numbers of one process.
   */
  evaluate(params: Params, processes?: Processes): Promise<Readonly<Record<string, number>>>;
}
