import { describe, expect, it } from 'vitest';
import type { Schedule } from '../schedules/schedule.js';
import { ratesDigest } from './rates-digest.js';
import { requireSameRun } from './require-same-run.js';
import { requireSameTensors } from './require-same-tensors.js';
import { DESCRIPTION, savedRun } from './saved-run.test-support.js';

/** Warm-up over 10 steps, then the same rate on and on: a function of the step alone. */
const steady: Schedule = {
  at: (step) => 1e-3 * Math.min(1, (step + 1) / 10),
  describe: () => ({ is: 'steady', base: 1e-3 }),
};

/** Down to nothing at the end of the run. */
const linear = (steps: number): Schedule => ({
  at: (step) => 1e-3 * (1 - step / steps),
  describe: () => ({ is: 'linear', steps }),
});

function described(schedule: Schedule, steps: number, change: object = {}) {
  return {
    ...DESCRIPTION,
    schedule: schedule.describe(),
    run: { ...DESCRIPTION.run, steps },
    ...change,
  };
}

/** What becomes of a run of 1000 steps under `before`, stopped at 400, when it goes on as another. */
function resume(before: Schedule, now: Schedule, steps: number, change: object = {}) {
  const saved = { ...savedRun(400, described(before, 1000)), rates: ratesDigest(before, 400) };
  return () =>
    requireSameRun('run/step-00000400', saved, {
      description: described(now, steps, change),
      schedule: now,
      steps,
    });
}

describe('a run goes on', () => {
  it('as itself', () => {
    expect(resume(steady, steady, 1000)).not.toThrow();
    expect(resume(linear(1000), linear(1000), 1000)).not.toThrow();
  });

  it('longer, where the steps done had the same learning rates', () => {
    expect(resume(steady, steady, 2000)).not.toThrow();
    const later: Schedule = { at: steady.at, describe: () => ({ is: 'otherwise', downFrom: 1500 }) };
    expect(resume(steady, later, 2000)).not.toThrow();
  });
});

describe('a run is refused', () => {
  it('under other options, and all of them are named', () => {
    const change = {
      batches: { is: 'maskedBatches', masking: { is: 'randomMasking', ratio: 0.75 }, batchSize: 8 },
      optimizer: { is: 'adamW', weightDecay: 0 },
    };
    for (const steps of [1000, 2000]) {
      expect(resume(steady, steady, steps, change)).toThrow(
        expect.objectContaining({
          code: 'CHECKPOINT_MISMATCH',
          where: 'run/step-00000400',
          received: 'others: batches.masking.ratio: 0.6, now 0.75; optimizer.weightDecay: 0.05, now 0',
        }),
      );
    }
  });

  it('under another schedule, or as a shorter run', () => {
    const later: Schedule = { at: steady.at, describe: () => ({ is: 'otherwise' }) };
    expect(resume(steady, later, 1000)).toThrow('schedule.is: "steady", now "otherwise"');
    expect(resume(steady, steady, 500)).toThrow('run.steps: 1000, now 500');
  });

  it('as a longer one whose learning rates were others', () => {
    const refused = expect.objectContaining({
      code: 'CHECKPOINT_MISMATCH',
      received: 'others: schedule.steps: 1000, now 2000; run.steps: 1000, now 2000',
      advice: expect.stringContaining('from the parameters of this checkpoint'),
    });
    expect(resume(linear(1000), linear(2000), 2000)).toThrow(refused);
  });

  it('with fewer steps than are done', () => {
    expect(resume(steady, steady, 10)).toThrow(
      'run/step-00000400: expected a run of at least the 400 steps that are done, got step 400 of 10.',
    );
    const saved = { ...savedRun(99, described(steady, 10)), rates: ratesDigest(steady, 99) };
    const now = { description: described(steady, 10), schedule: steady, steps: 10 };
    expect(() => requireSameRun('run', saved, now)).toThrow('step 99 of 10');
  });

  it('with fewer steps that come of other data, which it names', () => {
    const change = { batches: { is: 'other videos' } };
    expect(resume(steady, steady, 10, change)).toThrow(
      /others: batches.*other videos.*run\.steps: 1000, now 10/,
    );
  });

  it('with other tensors', () => {
    const tensors = { a: { shape: [2, 3] }, b: { shape: [] } };
    requireSameTensors('run', tensors, { b: { shape: [] }, a: { shape: [2, 3] } });
    expect(() => requireSameTensors('run', tensors, { a: { shape: [3, 2] }, c: { shape: [1] } })).toThrow(
      'run: expected the tensors that it was saved with: a [2,3], b [], c nothing, got a [3,2], b nothing, c [1].',
    );
  });
});

it('learning rates are digested as 32-bit numbers, in order', () => {
  // printf '\x00\x00\x80\x3f\x00\x00\x00\x40' | sha256sum
  const two: Schedule = { at: (step) => step + 1, describe: () => ({ is: 'two' }) };
  expect(ratesDigest(two, 2)).toBe('b9c80b5adeca450753a16950c3cc655d271f7bef7a485bc83f112b72fef21d37');
  expect(ratesDigest({ ...two, at: (step) => step + 1 + 1e-12 }, 2)).toBe(ratesDigest(two, 2));
  expect(ratesDigest({ ...two, at: (step) => step + 1.0001 }, 2)).not.toBe(ratesDigest(two, 2));
  // printf '' | sha256sum
  expect(ratesDigest(two, 0)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
