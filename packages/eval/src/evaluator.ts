import type { Params, VideoMae } from '@tgm/models';

/** Measures a representation, during training or after it. */
export interface Evaluator {
  readonly name: string;
  /**
   * Named numbers for a model with these parameters. Those of the losses may be among them, such as the projection into the
   * text space.
   */
  evaluate(model: VideoMae, params: Params): Promise<Readonly<Record<string, number>>>;
}
