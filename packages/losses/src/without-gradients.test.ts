import * as tf from '@tensorflow/tfjs';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, expect, it } from 'vitest';
import { withoutGradients } from './index.js';

beforeAll(async () => {
  await cpuEngine();
});

it('gives a constant: of x * constant(x) the gradient is x, not 2 x', async () => {
  const slope = tf.grad((x) =>
    tf.sum(
      tf.mul(
        x,
        withoutGradients(() => tf.mul(x, 1)),
      ),
    ),
  );
  expect([...(await slope(tf.tensor1d([3, 4])).data())]).toEqual([3, 4]);
});

it('leaves a tensor to its owner, and keeps none but what it gives', () => {
  const own = tf.tensor1d([3, 4]);
  const before = tf.memory().numTensors;
  const given = withoutGradients(() => own);
  expect(own.isDisposed).toBe(false);
  expect([...given.dataSync()]).toEqual([3, 4]);
  given.dispose();
  const made = withoutGradients(() => tf.add(tf.mul(own, 2), 1) as tf.Tensor1D);
  expect([...made.dataSync()]).toEqual([7, 9]);
  made.dispose();
  expect(tf.memory().numTensors).toBe(before);
  own.dispose();
});
