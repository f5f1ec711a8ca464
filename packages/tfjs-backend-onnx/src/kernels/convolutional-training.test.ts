import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { cpuEngine, type Engine, onnxEngine } from '../index.js';

const waves = (shape: number[], scale: number, phase: number): tf.Tensor =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => Math.sin(index * 1.7 + phase) * scale),
    shape,
  );

/** Logits [B, 3] of images [B, 8, 8, 2]: convolution, pooling, depthwise convolution, mean of windows, product. */
function classify(images: tf.Tensor, parameters: readonly tf.Tensor[]): tf.Tensor {
  const [filter, bias, wide, matrix] = parameters as [tf.Tensor4D, tf.Tensor1D, tf.Tensor4D, tf.Tensor2D];
  const features = tf
    .conv2d(images as tf.Tensor4D, filter, 1, 'same')
    .add(bias)
    .relu(); // [B, 8, 8, 4]
  const halved = tf.maxPool(features as tf.Tensor4D, 2, 2, 'valid'); // [B, 4, 4, 4]
  const deep = tf.depthwiseConv2d(halved, wide, 1, 'same').tanh(); // [B, 4, 4, 8]
  const means = tf.avgPool(deep as tf.Tensor4D, 2, 2, 'valid'); // [B, 2, 2, 8]
  return tf.matMul(means.reshape([means.shape[0], -1]), matrix);
}

async function losses(engine: Engine): Promise<number[]> {
  const images = waves([4, 8, 8, 2], 1, 0);
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 1], 'int32'), 3).toFloat();
  const step = engine.compile((inputs: { state: tf.Tensor[]; images: tf.Tensor; labels: tf.Tensor }) => {
    const loss = (...parameters: tf.Tensor[]): tf.Scalar =>
      tf.losses.softmaxCrossEntropy(inputs.labels, classify(inputs.images, parameters));
    const { value, grads } = tf.valueAndGrads(loss)(inputs.state);
    return { loss: value, state: inputs.state.map((each, index) => each.sub(grads[index]!.mul(0.3))) };
  });
  let state = [
    waves([3, 3, 2, 4], 0.3, 1),
    tf.zeros([4]),
    waves([3, 3, 4, 2], 0.3, 2),
    waves([32, 3], 0.2, 3),
  ];
  const found: number[] = [];
  for (let index = 0; index < 8; index++) {
    const result = await step({ state, images, labels });
    state = result.state;
    found.push((await result.loss.data())[0]!);
  }
  return found;
}

test('a convolutional network trains alike on the traced engine and on the cpu backend', async () => {
  const expected = await losses(await cpuEngine());
  const found = await losses(await onnxEngine({ threads: 1 }));
  expect(expected.at(-1)!).toBeLessThan(0.98 * expected[0]!);
  for (const [index, loss] of expected.entries())
    expect(Math.abs(found[index]! / loss - 1)).toBeLessThan(1e-4);
});
