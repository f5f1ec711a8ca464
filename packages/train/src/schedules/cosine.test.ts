import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cosineSchedule } from './cosine.js';

describe('cosineSchedule', () => {
  it('includes both ends of the warm-up and halves in the middle of the cosine', () => {
    const schedule = cosineSchedule({ base: 1, steps: 14, warmupSteps: 4, start: 0.1, final: 0.2 });
    expect(schedule.at(0)).toBeCloseTo(0.1, 12);
    expect(schedule.at(3)).toBeCloseTo(1, 12);
    expect(schedule.at(4)).toBeCloseTo(1, 12);
    expect(schedule.at(9)).toBeCloseTo(0.6, 12);
    expect(schedule.at(13)).toBeGreaterThan(0.2);
  });

  it('refuses a warm-up longer than the run', () => {
    expect(() => cosineSchedule({ base: 1, steps: 3, warmupSteps: 4 })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: 'cosineSchedule, option warmupSteps',
        received: '4',
      }),
    );
  });

  it.each([
    [{ base: 1, steps: 3, warmupSteps: 0.5 }, 'cosineSchedule, option warmupSteps'],
    [{ base: Number.NaN, steps: 3 }, 'cosineSchedule, option base'],
    [{ base: 1, steps: 3, warmup: 1 }, 'cosineSchedule, option warmup'],
  ])('refuses %j', (options, where) => {
    expect(() => cosineSchedule(options as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where }),
    );
  });
});

const fixture = new URL('../../../../../shared/fixtures/parity/schedules.json', import.meta.url);

describe.skipIf(!existsSync(fixture))('cosineSchedule beside the reference', () => {
  const { cases } = existsSync(fixture) ? JSON.parse(readFileSync(fixture, 'utf8')) : { cases: [] };
  for (const item of cases) {
    it(item.name, () => {
      const warmupSteps =
        (item.warmup_epochs ?? 0) > 0
          ? (item.warmup_steps ?? -1) > 0
            ? item.warmup_steps
            : item.warmup_epochs * item.niter_per_ep
          : 0;
      const schedule = cosineSchedule({
        base: item.base_value,
        final: item.final_value,
        start: item.start_warmup_value ?? 0,
        steps: item.length,
        warmupSteps,
      });
      item.values.forEach((value: number, step: number) => {
        expect(Math.abs(schedule.at(step) - value)).toBeLessThanOrEqual(1e-12 * Math.abs(value) + 1e-18);
      });
    });
  }
});
