import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { sgd } from './sgd.js';

beforeAll(() => tf.setBackend('cpu'));

it.each([
  [false, 0],
  [true, 0.1],
])(
  'makes three steps as PyTorch defines them, with nesterov %s and weight decay %f',
  async (nesterov, weightDecay) => {
    const optimizer = sgd({ momentum: 0.8, weightDecay, nesterov });
    const gradients = [0.5, -2, 1];
    let [weight, velocity] = [0.3, 0];
    let params: Record<string, tf.Tensor> = { weight: tf.tensor1d([weight]) };
    let state = optimizer.init(params);
    for (const [index, given] of gradients.entries()) {
      const updated = optimizer.update(
        { weight: tf.tensor1d([given]) },
        state,
        params,
        tf.scalar(0.1),
        () => ({ decays: true, rateScale: 2 }),
      );
      params = { ...updated.params };
      state = updated.state;
      const gradient = given + weightDecay * weight;
      velocity = index === 0 ? gradient : 0.8 * velocity + gradient;
      weight -= 0.2 * (nesterov ? gradient + 0.8 * velocity : velocity);
      expect((await params.weight!.data())[0]).toBeCloseTo(weight, 6);
    }
    expect((await state.step.data())[0]).toBe(3);
  },
);

it('refuses a momentum of 1', () => {
  expect(() => sgd({ momentum: 1 })).toThrow(
    'sgd, option momentum: expected a number from 0 and below 1, got 1.',
  );
});
