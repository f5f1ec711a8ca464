import type * as tf from '@tensorflow/tfjs';

/** Named trainable tensors, under the names and shapes of the published Hugging Face checkpoints. */
export type Params = Readonly<Record<string, tf.Tensor>>;
