import type * as tf from '@tensorflow/tfjs';
import type { Description } from '@tgm/options';

/** How a caption becomes tokens. `wordTokenizer` and `clipModelCaptionTokenizer` of `@tgm/train` make some. */
export interface CaptionTokenizer {
  /** V, how many different tokens there are, from 2. */
  readonly vocabulary: number;
  /** The tokens of a caption in their order, 0 to V - 1, without padding; none for a caption that says nothing. */
  encode(caption: string): ArrayLike<number>;
  describe(): Description;
}

/** Which tokens of the captions a loss reads. */
export interface CaptionTokenNeeds {
  readonly tokenizer: CaptionTokenizer;
  /** L, places of a caption; what is longer loses its end. */
  readonly length: number;
  /** Share of a caption's tokens that are hidden, above 0 and to 1; one of them at least. */
  readonly ratio: number;
}

/** The tokens of B captions of L places. */
export type CaptionTokens = {
  /** [B, L] int32 token numbers, the hidden ones too; 0 where there is none. */
  readonly ids: tf.Tensor2D;
  /** [B, L] 1 for a token, 0 for padding. */
  readonly used: tf.Tensor2D;
  /** [B, L] 1 for a token that is hidden, and to be said. */
  readonly masked: tf.Tensor2D;
};
