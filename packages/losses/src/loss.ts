import type * as tf from '@tensorflow/tfjs';

/** Named trainable tensors. */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** What one pass of the model gives to the losses. B clips, M masked tokens, Q numbers predicted of a token. */
export interface LossInputs {
  /** [B, M, Q] the decoder's output for masked tokens. */
  readonly prediction: tf.Tensor3D;
  /** [B, M, Q] pixels of the same tokens in [0, 1], channel fastest. */
  readonly targetPixels: tf.Tensor3D;
  /** [B, D] mean of the encoder's outputs over visible tokens. */
  readonly videoEmbedding: tf.Tensor2D;
  /** [B, E] L2-normalised text embeddings; absent when the data has no captions. */
  readonly textEmbedding?: tf.Tensor2D;
  /** [B] int32; equal numbers mark identical captions, which are no negatives of each other. */
  readonly captionGroup?: tf.Tensor1D;
}

/** One term of the objective, with its own parameters if it has any. Composed as data: `[{ loss, weight }]`. */
export interface Loss {
  /** Name in logs, unique in one objective. */
  readonly name: string;
  /** True when `textEmbedding` and `captionGroup` must be present. */
  readonly needsText: boolean;
  /**
   * Fresh parameters for an encoder of `videoWidth` and text embeddings of `textWidth`; their names begin with the loss's own.
   */
  init(random: () => number, videoWidth: number, textWidth: number): Params;
  /** Scalar. */
  compute(params: Params, inputs: LossInputs): tf.Scalar;
}
