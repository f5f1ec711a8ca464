import { seededRandom } from '@tgm/masking';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../checkpoint/saved-run.js';
import {
  apart,
  both,
  CASES,
  type Case,
  consecutive,
  norm,
  numbersOf,
  taken,
} from './objective-cases.test-support.js';
import { ENGINES } from './tiny-batch.test-support.js';

const WHOLE = consecutive([8]);
const HALF = consecutive([4]);

describe.each(ENGINES)('a step in parts on $name', { timeout: 120_000 }, ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it.each(CASES)('has the gradient of the whole batch: $name', async (each) => {
    const whole = await taken(engine, each, WHOLE);
    const gradient = numbersOf(whole.gradient);
    expect(norm(gradient)).toBeGreaterThan(1e-2);
    for (const parts of [
      [4, 4],
      [2, 2, 2, 2],
      [3, 5],
    ]) {
      const other = await taken(engine, each, consecutive(parts));
      expect(apart(gradient, numbersOf(other.gradient)), parts.join()).toBeLessThan(1e-5);
      expect(other.last.total).toBeCloseTo(whole.last.total, 5);
      expect(Object.keys(other.last.figures).sort()).toEqual(Object.keys(whole.last.figures).sort());
    }
    // The mean of what each half learns alone, as other programs accumulate.
    const first = { ...each, clips: (_: number, count: number) => each.clips(0, count) };
    const second = { ...each, clips: (_: number, count: number) => each.clips(4, count) };
    const halves = [await taken(engine, first, HALF), await taken(engine, second, HALF)];
    const [a, b] = halves.map((half) => numbersOf(half.gradient, 0.5));
    const mean = a!.map((value, at) => value + b![at]!);
    if (each.compares) expect(apart(gradient, mean)).toBeGreaterThan(1e-2);
    else expect(apart(gradient, mean)).toBeLessThan(1e-5);
  });

  it('is clipped behind the sum, by the norm of all gradients', async () => {
    const each = both as unknown as Case<TensorTree>;
    const free = numbersOf((await taken(engine, each, WHOLE)).gradient);
    const length = norm(free);
    const clipNorm = length / 4;
    // PyTorch's clip_grad_norm_: g times min(1, clipNorm / (|g| + 1e-6)).
    const clipped = free.map((value) => value * Math.min(1, clipNorm / (length + 1e-6)));
    for (const parts of [[8], [4, 4], [2, 2, 2, 2]]) {
      const { gradient, last } = await taken(engine, each, consecutive(parts), { clipNorm });
      expect(apart(clipped, numbersOf(gradient)), parts.join()).toBeLessThan(1e-5);
      expect(last.gradientNorm! / length).toBeCloseTo(1, 5);
      const longer = await taken(engine, each, consecutive(parts), { clipNorm: 2 * length });
      expect(apart(free, numbersOf(longer.gradient)), parts.join()).toBeLessThan(1e-5);
    }
  });

  it('moves the average as often as the parameters, once a step', async () => {
    const each = both as unknown as Case<TensorTree>;
    const decay = 0.15;
    const start = each.objective.init(seededRandom('accumulation'), {}).params;
    const before: Record<string, HostTensor> = {};
    for (const [name, value] of Object.entries(start)) {
      before[name] = { shape: value.shape, data: await value.data<'float32'>() };
    }
    for (const parts of [[8], [4, 4], [2, 2, 2, 2]]) {
      const { params, average } = await taken(engine, each, consecutive(parts), {
        averageDecay: decay,
        steps: 3,
      });
      // It keeps (1 + t) / (10 + t) of itself as long as that is less than the decay.
      const expected = params.reduce((mean, behind, step) => {
        const kept = Math.min(decay, (1 + step) / (10 + step));
        return numbersOf(behind).map((value, at) => kept * mean[at]! + (1 - kept) * value);
      }, numbersOf(before));
      expect(apart(expected, numbersOf(average)), parts.join()).toBeLessThan(1e-6);
      expect(apart(numbersOf(params.at(-1)!), expected)).toBeGreaterThan(1e-4);
    }
  });
});
