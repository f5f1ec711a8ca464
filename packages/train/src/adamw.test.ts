import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW } from './adamw.js';

beforeAll(() => tf.setBackend('cpu'));

describe('adamW', () => {
  it.each([
    [0.9, 0.95],
    [0.9, 0.999],
  ])('makes two steps as computed by hand, with betas %f and %f', async (beta1, beta2) => {
    const optimizer = adamW({ betas: [beta1, beta2], epsilon: 1e-8, weightDecay: 0.1, decays: () => true });
    const gradients = [
      [0.5, -2],
      [-1, 3],
    ];
    const expected = [0, 0.001]; // small beside the updates, whose rounding shows then
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
      for (let i = 0; i < 2; i++) expect(values[i]).toBeCloseTo(expected[i]!, 8);
    }
    expect((await state.step.data())[0]).toBe(2);
  });

  it('by default decays matrices only', async () => {
    const optimizer = adamW({ weightDecay: 0.5 });
    const shapes = {
      matrix: [1, 1],
      bias: [1],
      mask_token: [1, 1, 1],
      'encoder.temporal_positions': [1, 1, 1],
    };
    const filled = (value: number) =>
      Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.fill(shape, value)]));
    const [params, still] = [filled(1), filled(0)];
    const { params: next } = optimizer.update(still, optimizer.init(params), params, tf.scalar(1));
    expect((await next.matrix!.data())[0]).toBeCloseTo(0.5, 6);
    expect((await next.bias!.data())[0]).toBe(1);
    expect((await next.mask_token!.data())[0]).toBe(1);
    expect((await next['encoder.temporal_positions']!.data())[0]).toBe(1);
  });
});
