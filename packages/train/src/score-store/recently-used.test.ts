import { expect, it } from 'vitest';
import { recentlyUsed } from './recently-used.js';

it('keeps the values that were asked for last', async () => {
  const made: number[] = [];
  const doubled = recentlyUsed(2, async (key) => {
    made.push(key);
    return 2 * key;
  });
  for (const key of [1, 2, 1, 3, 1, 2]) expect(await doubled(key)).toBe(2 * key);
  // 3 takes the place of 2, for 1 was asked for later.
  expect(made).toEqual([1, 2, 3, 2]);
});

it('makes again what failed', async () => {
  let tries = 0;
  const failing = recentlyUsed(2, async () => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries;
  });
  await expect(failing(1)).rejects.toThrow('not yet');
  expect(await failing(1)).toBe(2);
});
