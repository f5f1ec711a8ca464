import { expect, it } from 'vitest';
import { linearScaling } from './linear-scaling.js';

it("scales VideoMAE's rates to the clips of a step, over all batches and processes of it", () => {
  // 1.5e-4 for 256 clips; its script of 64 processes with 32 clips each has 1.5e-4 * 2048 / 256 = 1.2e-3.
  expect(linearScaling({ batchSize: 32 * 64 })(1.5e-4)).toBeCloseTo(1.2e-3, 15);
  const small = linearScaling({ batchSize: 8, accumulate: 4 });
  expect(small(1.5e-4)).toBeCloseTo(1.875e-5, 15);
  expect(small(0)).toBe(0);
  expect(linearScaling({ batchSize: 8, per: 8 })(0.1)).toBe(0.1);
});

it.each([
  [{ batchSize: 0 }, 'batchSize'],
  [{ batchSize: 8, accumulate: 0.5 }, 'accumulate'],
  [{ batchSize: 8, per: -1 }, 'per'],
  [{}, 'batchSize'],
])('refuses %j', (options, option) => {
  expect(() => linearScaling(options as never)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: `linearScaling, option ${option}` }),
  );
});

it('refuses a rate that is none', () => {
  expect(() => linearScaling({ batchSize: 8 })(-1)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: 'linearScaling, option rate' }),
  );
});
