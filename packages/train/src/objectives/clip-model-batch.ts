import type * as tf from '@tensorflow/tfjs';

/** Images and texts that are compared with each other. B images, K patches of each, L places of a text. */
export type ClipModelBatch = {
  readonly texts: {
    /** [R, L] int32 from a `ClipModelTokenizer`. */
    readonly tokenIds: tf.Tensor2D;
    /** [R] int32 place of each text's last token. */
    readonly endPositions: tf.Tensor1D;
    /**
     * [R / 2, 2] int32, equal for texts that say the same. Where it is there, the second half of the texts are paraphrases of
     * the first half, in the same order.
     */
    readonly meaning?: tf.Tensor2D;
  };
  /** Images of the first B texts, one each; absent in a batch of texts alone. */
  readonly images?: {
    /** [B, K, 3 p p] pixels in the model's scale. */
    readonly patches: tf.Tensor3D;
    /** [B, K] int32 patch numbers; absent where all patches are there. */
    readonly positions?: tf.Tensor2D;
    /** [B, 2] int32, equal where an image of the one may well go with the text of the other. */
    readonly matchKey: tf.Tensor2D;
    /** [B, 2] int32, equal for pairs of one sample. */
    readonly sampleKey: tf.Tensor2D;
  };
};
