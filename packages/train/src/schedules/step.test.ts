import { describe, expect, it } from 'vitest';
import { stepSchedule } from './step.js';

const ratesOf = (schedule: { at(step: number): number }, steps: number) =>
  Array.from({ length: steps }, (_, step) => schedule.at(step));

const close = (got: readonly number[], wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  for (const [step, rate] of wanted.entries()) expect(got[step], `step ${step}`).toBeCloseTo(rate, 14);
};

describe('stepSchedule', () => {
  it('equals MultiStepLR of PyTorch 2.13 at each step', () => {
    // torch.optim.lr_scheduler.MultiStepLR(SGD(lr=0.5), [3, 5, 9], 0.1)
    const schedule = stepSchedule({ base: 0.5, milestones: [3, 5, 9] });
    close(ratesOf(schedule, 11), [0.5, 0.5, 0.5, 0.05, 0.05, 0.005, 0.005, 0.005, 0.005, 0.0005, 0.0005]);
  });

  it('equals StepLR of PyTorch 2.13 at each step', () => {
    // torch.optim.lr_scheduler.StepLR(SGD(lr=0.5), 4, 0.5)
    const schedule = stepSchedule({ base: 0.5, milestones: { every: 4 }, factor: 0.5 });
    close(ratesOf(schedule, 10), [0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125]);
  });

  it('falls at steps of the run behind a warm-up that includes both of its ends', () => {
    const options = { base: 1, factor: 0.5, warmupSteps: 3, start: 0.2 };
    const listed = stepSchedule({ ...options, milestones: [4, 8] });
    close(ratesOf(listed, 9), [0.2, 0.6, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]);
    const every = stepSchedule({ ...options, milestones: { every: 4 } });
    close(ratesOf(every, 9), ratesOf(listed, 9));
  });

  it('has no end', () => {
    expect(stepSchedule({ base: 1, milestones: [1] }).steps).toBeUndefined();
  });

  it.each([
    [{ milestones: [] }, 'milestones', '[]'],
    [{ milestones: [3, 3] }, 'milestones', '[3, 3]'],
    [{ milestones: [4, 3] }, 'milestones', '[4, 3]'],
    [{ milestones: [0, 3] }, 'milestones', '[0, 3]'],
    [{ milestones: [1.5] }, 'milestones', '[1.5]'],
    [{ milestones: [2, 8], warmupSteps: 2 }, 'milestones', '[2, 8]'],
    [{ milestones: { every: 0 } }, 'milestones', '{ every: 0 }'],
    [{ milestones: { every: 2 }, warmupSteps: 2 }, 'milestones.every', '2'],
    [{ milestones: { each: 2 } }, 'milestones', '{ each: 2 }'],
    [{ milestones: [1], factor: 1 }, 'factor', '1'],
    [{ milestones: [1], base: -1 }, 'base', '-1'],
    [{ milestones: [1], gamma: 0.5 }, 'gamma', 'an unknown name'],
    [{}, 'milestones', 'nothing'],
  ])('refuses %j', (options, option, received) => {
    expect(() => stepSchedule({ base: 1, ...options } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: `stepSchedule, option ${option}`, received }),
    );
  });
});
