import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ParameterGroup } from '../trainer/objective.js';
import { adamW } from './adamw.js';

beforeAll(() => tf.setBackend('cpu'));

describe('adamW', () => {
  it.each([
    [0.9, 0.95],
    [0.9, 0.999],
  ])('makes two steps as computed by hand, with betas %f and %f', async (beta1, beta2) => {
    const optimizer = adamW({ betas: [beta1, beta2], epsilon: 1e-8, weightDecay: 0.1 });
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
      const updated = optimizer.update(
        { weight: tf.tensor1d(gradient) },
        state,
        params,
        tf.scalar(rate),
        () => ({ decays: true, rateScale: 1 }),
      );
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

  it("decays what its group says, at the group's own rate", async () => {
    const optimizer = adamW({ weightDecay: 0.5 });
    const groups: Record<string, ParameterGroup> = {
      decaying: { decays: true, rateScale: 1 },
      slow: { decays: true, rateScale: 0.5 },
      kept: { decays: false, rateScale: 1 },
    };
    const filled = (value: number) =>
      Object.fromEntries(Object.keys(groups).map((name) => [name, tf.fill([1], value)]));
    const [params, still] = [filled(1), filled(0)];
    const update = (gradients: Params) =>
      optimizer.update(gradients, optimizer.init(params), params, tf.scalar(0.1), (name) => groups[name]!)
        .params;
    const decayed = update(still);
    expect((await decayed.decaying!.data())[0]).toBeCloseTo(1 - 0.1 * 0.5, 6);
    expect((await decayed.slow!.data())[0]).toBeCloseTo(1 - 0.1 * 0.5 * 0.5, 6);
    expect((await decayed.kept!.data())[0]).toBe(1);
    // The first step of Adam is the learning rate, whatever the gradient's size.
    const moved = update(filled(7));
    expect((await moved.slow!.data())[0]).toBeCloseTo(1 - 0.025 - 0.05, 5);
    expect((await moved.kept!.data())[0]).toBeCloseTo(1 - 0.1, 5);
  });

  it.each([
    [{ lr: 1 }, 'adamW, option lr'],
    [{ betas: [0.9, 1] }, 'adamW, option betas'],
    [{ epsilon: 0 }, 'adamW, option epsilon'],
    [{ weightDecay: -1 }, 'adamW, option weightDecay'],
  ])('refuses %j', (options, where) => {
    expect(() => adamW(options as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', where }));
  });
});
