import { expect, it } from 'vitest';
import type { FeatureTeacher } from '../with-features.js';
import { standardisedTeacher } from './standardised-teacher.js';

const teacher: FeatureTeacher = {
  width: 2,
  describe: () => ({ is: 'own' }),
  features: () => Float32Array.from([1, 5, 2, 5, 6, 5]), // 3 tokens; the second feature is the same everywhere
};

it('brings each feature to the mean 0 and the deviation 1 over the tokens, by hand', async () => {
  const { width, features } = standardisedTeacher(teacher);
  // Mean 3, squares 4 + 1 + 9 over 2.
  const expected = [-2, 0, -1, 0, 3, 0].map((off) => off / (Math.sqrt(7) + 1e-6));
  expect(width).toBe(2);
  (await features(new Uint8Array(0))).forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at]!, 6);
  });
});

it('tells its teacher', async () => {
  expect(await standardisedTeacher(teacher).describe()).toEqual({
    is: 'standardisedTeacher',
    teacher: { is: 'own' },
  });
});

it('refuses what is no teacher', () => {
  expect(() => standardisedTeacher({ width: 2 } as FeatureTeacher)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: 'standardisedTeacher, option teacher' }),
  );
});
