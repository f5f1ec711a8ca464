import type * as tf from '@tensorflow/tfjs';
import type { Description } from '@tgm/options';
import type { CaptionTokenNeeds, CaptionTokens } from './caption-tokens.js';
import type { Choice } from './choice.js';

/** Named trainable tensors. */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** What clips give to be compared: [B, …] each, in the order of the clips. Rows of whole numbers have no gradients. */
export type Rows = Readonly<Record<string, tf.Tensor>>;

/** What is worth knowing besides the term, without gradients. */
export type Figures = Readonly<Record<string, tf.Scalar>>;

/** What the encoder makes of one view of each clip. K visible tokens of that view. */
export interface EncodedView {
  /** [B, K, D] the encoder's outputs. */
  readonly tokens: tf.Tensor3D;
  /** [B, D] their mean. */
  readonly embedding: tf.Tensor2D;
}

/** What one pass of the model gives to the losses. B clips, M masked tokens, Q numbers predicted of a token. */
export interface LossInputs {
  /** By the view's name. */
  readonly views: Readonly<Record<string, EncodedView>>;
  /** [B, M, Q] the decoder's output for the tokens to be reconstructed. */
  readonly prediction?: tf.Tensor3D;
  /** [B, M, C] the decoder's tokens of the same, behind its norm and before its head. */
  readonly decoded?: tf.Tensor3D;
  /** [B, M, Q] pixels of the same tokens in [0, 1], channel fastest. */
  readonly pixels?: tf.Tensor3D;
  /** [B, M, F] features of the same tokens, of examples that bring some. */
  readonly features?: tf.Tensor3D;
  /** [B, K, F] features of the tokens that the view `reconstruct` shows. */
  readonly visibleFeatures?: tf.Tensor3D;
  /** What a mask that is computed in the graph chose in the view `reconstruct`. */
  readonly choice?: Choice;
  /** [B, E] L2-normalised text embeddings. */
  readonly textEmbedding?: tf.Tensor2D;
  /** [B, 2] int32, a hash of the caption: equal for equal captions. */
  readonly captionKey?: tf.Tensor2D;
  /** Tokens of the captions, some of them hidden. */
  readonly captionTokens?: CaptionTokens;
  /** [B, 2] int32, a hash of the sample: equal for clips of one video. */
  readonly sampleKey: tf.Tensor2D;
}

/** What a step has to compute for a loss; nothing else is computed. */
export interface LossNeeds {
  /** Names of the views that it reads. */
  readonly views: readonly string[];
  /** Which numbers of the reconstructed tokens its prediction is compared with; absent where it needs no decoder. */
  readonly reconstruction?: 'pixels' | 'features';
  /** Whether it reads `decoded`. Default false. */
  readonly decoded?: boolean;
  /** Whether it reads `features`. Default: where `reconstruction` says so. */
  readonly features?: boolean;
  /** K, where the features that it reads are numbers of codes: whole, from 0 and below K. */
  readonly codes?: number;
  /** Whether it reads `visibleFeatures`. Default false. */
  readonly visibleFeatures?: boolean;
  /** Whether it reads the captions' embeddings and keys. */
  readonly text: boolean;
  /** Which tokens of the captions it reads. Default: none. */
  readonly captionTokens?: CaptionTokenNeeds;
  /** Whether it reads what a mask chose in the graph. Default: not. */
  readonly choice?: boolean;
}

/** Widths, and sides of the clip, that the parameters of a loss may depend on. */
export interface LossWidths {
  /** D, of the encoder's outputs. */
  readonly video: number;
  /** Q, numbers that the decoder predicts of a token. */
  readonly prediction: number;
  /** E, of the captions' embeddings; absent where there are none. */
  readonly text?: number;
  /** C, of the decoder's tokens before its head. */
  readonly decoder?: number;
  /** F, of the features; absent where the examples do not say. */
  readonly features?: number;
  /** How the clips are cut into tokens; absent where it is not told. */
  readonly grid?: { readonly slices: number; readonly rows: number; readonly columns: number };
}

interface LossParts {
  /** Name in logs, unique in one objective. */
  readonly name: string;
  readonly needs: LossNeeds;
  /** Fresh parameters; their names begin with the loss's own and a dot. */
  init(random: () => number, widths: LossWidths): Params;
  describe(): Description;
}

/** A term that is a mean over clips: each clip by itself. */
export interface ClipLoss extends LossParts {
  readonly kind: 'clip';
  /** Scalar, the mean over the clips at hand. */
  compute(params: Params, inputs: LossInputs): tf.Scalar;
  /** Means over the clips at hand. */
  figures?(params: Params, inputs: LossInputs): Figures;
}

/** A term that compares the clips of a batch with each other. */
export interface BatchLoss extends LossParts {
  readonly kind: 'batch';
  /** [B, …] what is compared, of the clips at hand. */
  rows(params: Params, inputs: LossInputs): Rows;
  /** Scalar, of the rows of the whole batch in its order. */
  compare(params: Params, rows: Rows): tf.Scalar;
  /** Of the rows of the whole batch. */
  figures?(params: Params, rows: Rows): Figures;
}

/** One term of the objective, with its own parameters if it has any. Composed as data: `[{ loss, weight }]`. */
export type Loss = ClipLoss | BatchLoss;
