import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW } from './adamw.js';

beforeAll(() => tf.setBackend('cpu'));

describe('adamW', () => {
  it('makes two steps as computed by hand', async () => {
    const [beta1, beta2] = [0.9, 0.95];
    const optimizer = adamW({ betas: [beta1, beta2], epsilon: 1e-8, weightDecay: 0.1, decays: () => true });
    const gradients = [
      [0.5, -2],
      [-1, 3],
    ];
    const expected = [1, 2];
    const first = [0, 0];
    const second = [0, 0];
    let params: Record<string, tf.Tensor> = { weight: tf.tensor1d(expected) };
    let state = optimizer.init(params);
    for (const [index, gradient] of gradients.entries()) {
      const rate = 0.01 * (index + 1);
      const updated = optimizer.update({ weight: tf.tensor1d(gradient) }, state, params, tf.scalar(rate));
      params = { ...updated.params };
      state = updated.state;
      for (let i = 0; i < 2; i++) {
        first[i] = beta1 * first[i]! + (1 - beta1) * gradient[i]!;
        second[i] = beta2 * second[i]! + (1 - beta2) * gradient[i]! ** 2;
        const mean = first[i]! / (1 - beta1 ** (index + 1));
        const deviation = Math.sqrt(second[i]! / (1 - beta2 ** (index + 1)));
        expected[i] = expected[i]! * (1 - rate * 0.1) - (rate * mean) / (deviation + 1e-8);
      }
      const values = await params.weight!.data();
      for (let i = 0; i < 2; i++) expect(values[i]).toBeCloseTo(expected[i]!, 5);
    }
    expect((await state.step.data())[0]).toBe(2);
  });

  it('by default decays matrices only', async () => {
    const optimizer = adamW({ weightDecay: 0.5 });
    const params = { matrix: tf.ones([1, 1]), bias: tf.ones([1]), mask_token: tf.ones([1, 1, 1]) };
    const still = { matrix: tf.zeros([1, 1]), bias: tf.zeros([1]), mask_token: tf.zeros([1, 1, 1]) };
    const { params: next } = optimizer.update(still, optimizer.init(params), params, tf.scalar(1));
    expect((await next.matrix!.data())[0]).toBeCloseTo(0.5, 6);
    expect((await next.bias!.data())[0]).toBe(1);
    expect((await next.mask_token!.data())[0]).toBe(1);
  });
});
