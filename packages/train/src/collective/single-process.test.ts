import { expect, it } from 'vitest';
import type { Exchanged } from './collective.js';
import { collectiveContract } from './collective-contract.js';
import { singleProcess } from './single-process.js';

for (const { name, run } of collectiveContract(singleProcess())) it(name, run);

it('a collective that does not do what it says is found out', async () => {
  const failing: string[] = [];
  const forgetful = { ...singleProcess(), broadcast: async (numbers: Exchanged) => void numbers.fill(1) };
  for (const { name, run } of collectiveContract(forgetful)) {
    await run().catch((error: unknown) => {
      expect(error).toMatchObject({ name: 'TrainError', code: 'CONTRACT_BROKEN' });
      failing.push(name);
    });
  }
  expect(failing).toContain('broadcasts 1 elements of each kind');
});
