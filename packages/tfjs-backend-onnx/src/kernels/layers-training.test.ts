import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { cpuEngine, onnxEngine } from '../index.js';

/** The loss of each epoch of a small image classifier of tf.layers, on the backend that is current. */
async function history(): Promise<number[]> {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 3 });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 3,
        kernelSize: 3,
        activation: 'relu',
        kernelInitializer,
      }),
      tf.layers.batchNormalization(),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 3, activation: 'softmax', kernelInitializer }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const images = tf.tensor(
    Array.from({ length: 12 * 64 }, (_, index) => Math.sin(index * 1.9)),
    [12, 8, 8, 1],
  );
  const classes = tf.tensor1d(
    Array.from({ length: 12 }, (_, index) => index % 3),
    'int32',
  );
  const fitted = await model.fit(images, tf.oneHot(classes, 3), {
    epochs: 3,
    batchSize: 4,
    shuffle: false,
    verbose: 0,
  });
  return fitted.history.loss as number[];
}

test('model.fit of tf.layers gives the losses of the cpu backend', async () => {
  await cpuEngine();
  const expected = await history();
  await onnxEngine({ threads: 1 });
  const found = await history();
  expect(expected.at(-1)!).toBeLessThan(expected[0]!);
  for (const [index, loss] of expected.entries())
    expect(Math.abs(found[index]! / loss - 1)).toBeLessThan(1e-3);
}, 60_000);

test('any read computes the variables too, so that what they stand for does not grow with a training loop', async () => {
  await onnxEngine({ threads: 1 });
  const variable = tf.variable(tf.tensor([1, 2]));
  variable.assign(variable.add(1));
  expect(() => variable.dataSync()).toThrow();
  await tf.scalar(1).add(1).data();
  expect(Array.from(variable.dataSync())).toEqual([2, 3]);
  variable.dispose();
});
