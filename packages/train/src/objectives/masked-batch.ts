import type * as tf from '@tensorflow/tfjs';
import type { CaptionTokens } from '@tgm/losses';

/** What the encoder sees of each clip in one view. B clips, K visible tokens, P numbers in a token. */
export type ViewTensors = {
  /** [B, K, P] pixels in the model's scale. */
  readonly tokens: tf.Tensor3D;
  /** [B, K] int32 token numbers. */
  readonly positions: tf.Tensor2D;
};

/** The masked tokens that the decoder reconstructs, of the view `reconstruct`. */
export type ReconstructTensors = {
  /** [B, M] int32 token numbers. */
  readonly masked: tf.Tensor2D;
  /** [B, M, Q] their pixels in [0, 1], those that the model predicts. */
  readonly pixels?: tf.Tensor3D;
  /** [B, M, F] their features, of examples that bring some. */
  readonly features?: tf.Tensor3D;
};

/** All tokens of each clip, where a mask of the view `reconstruct` is chosen in the graph. N tokens of the grid. */
export type WholeTensors = {
  /** [B, N, P] pixels in the model's scale, by token number. */
  readonly tokens: tf.Tensor3D;
  /** [B, N, Q] pixels in [0, 1], those that the model predicts. */
  readonly pixels?: tf.Tensor3D;
  /** [B, N, F] features, of examples that bring some. */
  readonly features?: tf.Tensor3D;
  /** [B, W] what the mask draws. */
  readonly noise: tf.Tensor2D;
  /** [B, N] or [B, N, F] the cues that it reads, by name. */
  readonly cues: Readonly<Record<string, tf.Tensor>>;
};

export type TextTensors = {
  /** [B, E] L2-normalised. */
  readonly embedding: tf.Tensor2D;
  /** [B, 2] int32, equal for equal captions. */
  readonly captionKey: tf.Tensor2D;
};

/** A batch of masked clips: what the losses of an objective need, and nothing else. */
export type MaskedBatch = {
  /** By the views' names. */
  readonly views: Readonly<Record<string, ViewTensors>>;
  readonly reconstruct?: ReconstructTensors;
  /** [B, K, F] features of the tokens that the view `reconstruct` shows. */
  readonly visibleFeatures?: tf.Tensor3D;
  /** In place of the view `reconstruct` and of what is reconstructed, where a mask is chosen in the graph. */
  readonly whole?: WholeTensors;
  readonly text?: TextTensors;
  readonly captionTokens?: CaptionTokens;
  /** [B, 2] int32, equal for clips of one sample. */
  readonly sampleKey: tf.Tensor2D;
};
