import type { Params, VideoMae } from '@tgm/models';

/** Measures a representation, during training or after it. */
export interface Evaluator {
  readonly name: string;
  /**
   * Named numbers for a model with these parameters. `lossParams` are the losses' own parameters, such as the
   * projection into the text space; empty for a model that was never trained with them.
   */
  evaluate(model: VideoMae, params: Params, lossParams: Params): Promise<Readonly<Record<string, number>>>;
}
