import { expect, it } from 'vitest';
import { constantSchedule } from './constant.js';

it('rises to its rate and stays', () => {
  const schedule = constantSchedule({ base: 2, warmupSteps: 5 });
  expect([0, 1, 2, 3, 4, 5, 1000].map(schedule.at)).toEqual([0, 0.5, 1, 1.5, 2, 2, 2]);
  expect([0, 1, 2].map(constantSchedule({ base: 2, warmupSteps: 3, start: 1 }).at)).toEqual([1, 1.5, 2]);
  expect(constantSchedule({ base: 2 }).at(0)).toBe(2);
});

it('refuses a rate below 0', () => {
  expect(() => constantSchedule({ base: -1 })).toThrow('constantSchedule, option base');
});
