import type { Params } from '@tgm/models';

/** Measures the parameters of a model, during a training or after it. The model is bound when it is made. */
export interface Evaluator {
  /** Names its numbers among those of others. */
  readonly name: string;
  /**
   * Named numbers for these parameters of the model. Those of the losses may be among them, such as the projection into the
   * text space.
   */
  evaluate(params: Params): Promise<Readonly<Record<string, number>>>;
}
