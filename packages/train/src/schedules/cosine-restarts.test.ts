import { describe, expect, it } from 'vitest';
import { cosineRestartsSchedule } from './cosine-restarts.js';

const ratesOf = (schedule: { at(step: number): number }, steps: number) =>
  Array.from({ length: steps }, (_, step) => schedule.at(step));

const close = (got: readonly number[], wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  for (const [step, rate] of wanted.entries()) expect(got[step], `step ${step}`).toBeCloseTo(rate, 14);
};

describe('cosineRestartsSchedule', () => {
  it('equals CosineAnnealingWarmRestarts of PyTorch 2.13 at each step, with periods of one length', () => {
    // torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(SGD(lr=1.0), 4, 1, eta_min=0.1)
    const period = [1, 0.8681980515339464, 0.55, 0.23180194846605365];
    const schedule = cosineRestartsSchedule({ base: 1, period: 4, final: 0.1 });
    close(ratesOf(schedule, 10), [...period, ...period, ...period.slice(0, 2)]);
  });

  it('equals it with periods that grow', () => {
    // torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(SGD(lr=0.8), 3, 2, eta_min=0.05)
    const rates = [
      0.8, 0.6125, 0.2375000000000001, 0.8, 0.7497595264191645, 0.6125, 0.425, 0.2375000000000001,
      0.10024047358083549, 0.8, 0.7872221848584007, 0.7497595264191645, 0.6901650429449553, 0.6125,
      0.5220571419134453, 0.425, 0.32794285808655477, 0.2375000000000001, 0.1598349570550447,
      0.10024047358083549, 0.06277781514159943, 0.8,
    ];
    close(ratesOf(cosineRestartsSchedule({ base: 0.8, period: 3, growth: 2, final: 0.05 }), 22), rates);
  });

  it('begins behind a warm-up that includes both of its ends', () => {
    const schedule = cosineRestartsSchedule({ base: 1, period: 2, warmupSteps: 3, start: 0.5 });
    close(ratesOf(schedule, 7), [0.5, 0.75, 1, 1, 0.5, 1, 0.5]);
  });

  it('rounds periods of a growth that is not whole, so that each begins at its base', () => {
    // 4, 6 and 9 steps; then 13.5 -> 14
    const schedule = cosineRestartsSchedule({ base: 1, period: 4, growth: 1.5 });
    const restarts = ratesOf(schedule, 40).flatMap((rate, step) => (rate === 1 ? [step] : []));
    expect(restarts).toEqual([0, 4, 10, 19, 33]);
  });

  it('is quick far out, and has no end', () => {
    const schedule = cosineRestartsSchedule({ base: 1, period: 1 });
    expect(schedule.at(1e15)).toBe(1);
    expect(schedule.steps).toBeUndefined();
  });

  it.each([
    [{ period: 0 }, 'period', '0'],
    [{ period: 2.5 }, 'period', '2.5'],
    [{ growth: 0.5 }, 'growth', '0.5'],
    [{ growth: Number.POSITIVE_INFINITY }, 'growth', 'Infinity'],
    [{ final: -1 }, 'final', '-1'],
    [{ start: -1 }, 'start', '-1'],
    [{ warmupSteps: 1.5 }, 'warmupSteps', '1.5'],
    [{ base: Number.NaN }, 'base', 'NaN'],
    [{ steps: 4 }, 'steps', 'an unknown name'],
  ])('refuses %j', (options, option, received) => {
    expect(() => cosineRestartsSchedule({ base: 1, period: 4, ...options } as never)).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: `cosineRestartsSchedule, option ${option}`,
        received,
      }),
    );
  });
});
