import type * as tf from '@tensorflow/tfjs';
import type { Random, TokenGrid } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import { type Description, type Field, objectWith } from '@tgm/options';

/** What a mask is chosen by. B clips, N tokens, D the encoder's width. */
export interface ChoiceInputs<Cues extends object> {
  readonly model: VideoMae;
  /** [B, N, D] patch embeddings with their positions, of all tokens in their order; a gradient through them reaches the encoder. */
  readonly embedded: tf.Tensor3D;
  /** [B, N, P] pixels of all tokens in the model's scale. */
  readonly tokens: tf.Tensor3D;
  /** [B, W] what `noise` gave for each clip. */
  readonly noise: tf.Tensor2D;
  /** The cues of `requires`: [B, N], or [B, N, F] of one with F numbers a token. */
  readonly cues: { readonly [Name in keyof Cues]: tf.Tensor };
}

export interface ChosenTokens {
  /** [B, N] int32 each token number once, those to be shown first. It needs no `withoutGradients`. */
  readonly order: tf.Tensor;
  /** [B, N] logarithm of the probability of each token, by its number; for losses that train it. */
  readonly logProbability?: tf.Tensor;
  /** [B, N] what the patch embedding of each token is multiplied by, so that the terms have a gradient for it. */
  readonly weight?: tf.Tensor;
  /** Whatever else a loss of one's own reads, by name. */
  readonly further?: Readonly<Record<string, tf.Tensor>>;
}

/**
 * Decides in the graph of a step which tokens the view `reconstruct` shows: what a `MaskingStrategy` cannot, since it runs before
 * the step. It may have parameters, which the losses train, and buffers, which follow the parameters.
 *
 * It shows the same number of tokens of every clip, N less floor(N * ratio), and draws nothing but from `noise`, so that a clip's
 * mask does not depend on the batch that it is in. `graphMaskingContract` of `@tgm/train/testing` checks one.
 */
export interface GraphMasking<in Cues extends object = object> {
  /** Its parameters and buffers have names that begin with it and a dot. */
  readonly name: string;
  /** Share of the tokens that are masked, in [0, 1). */
  readonly ratio: number;
  /** The names of the cues that `choose` reads. A cue is a `Float32Array` of N or N * F numbers. */
  readonly requires: readonly (keyof Cues & string)[];
  /**
   * Fresh parameters and buffers.
   *
   * @param start the model's parameters that the run starts with; they stay their owner's.
   */
  init(
    random: Random,
    model: VideoMae,
    start: Params,
  ): { readonly params: Params; readonly buffers?: Params };
  /** [W] what is random in the mask of one clip, of the same length for every clip. */
  noise(random: Random, grid: TokenGrid): Float32Array;
  /** A pure function. `params` and `buffers` are all that the run has. */
  choose(params: Params, buffers: Params, inputs: ChoiceInputs<Cues>): ChosenTokens;
  /** The buffers for the next step, such as those of a teacher that follows; default: as they were. Asked once a step. */
  nextBuffers?(params: Params, buffers: Params): Params;
  /** What it is: the function that made it and each of its options, in JSON. */
  describe(): Description;
}

/** A field for an option that is a `GraphMasking`. */
export const graphMaskingField = (): Field<GraphMasking<object>> =>
  objectWith('a mask that is chosen in the graph', [
    'name',
    'ratio',
    'requires',
    'init',
    'noise',
    'choose',
    'describe',
  ]);

export const isGraphMasking = <Graph extends { choose: unknown }>(
  masking: object | Graph,
): masking is Graph => 'choose' in masking;
