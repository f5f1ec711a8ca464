import * as tf from '@tensorflow/tfjs';

/** The numbers of a result; disposes it and the inputs, whatever happens. */
export async function readOnce(
  result: Promise<tf.Tensor>,
  inputs: Readonly<Record<string, tf.Tensor>>,
): Promise<Float32Array> {
  try {
    const tensor = await result;
    try {
      return (await tensor.data()) as Float32Array;
    } finally {
      tensor.dispose();
    }
  } finally {
    tf.dispose({ ...inputs });
  }
}
