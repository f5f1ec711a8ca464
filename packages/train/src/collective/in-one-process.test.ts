import { describe, expect, it } from 'vitest';
import { collectiveContract } from './collective-contract.js';
import { ranksInOneProcess } from './in-one-process.test-support.js';

describe.each([1, 2, 3])('%i ranks in one process', (size) => {
  it('hold the contract', async () => {
    const checks = ranksInOneProcess(size).map((collective) => collectiveContract(collective));
    expect(checks[0]!.length).toBeGreaterThan(10);
    await Promise.all(
      checks.map(async (each) => {
        for (const { run } of each) await run();
      }),
    );
  });
});
