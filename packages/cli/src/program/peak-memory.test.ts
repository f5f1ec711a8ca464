import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { peakMemory, peakMemoryText } from './peak-memory.js';

const MEBIBYTE = 2 ** 20;

it('counts what was in hand and is so no more', () => {
  const before = peakMemory();
  // Filled, for pages that nobody wrote to are not in hand. Freed when its process ends.
  let large: Buffer | undefined = Buffer.alloc(process.memoryUsage.rss() + 200 * MEBIBYTE, 1);
  expect(large.length).toBeGreaterThan(0);
  large = undefined;
  expect(peakMemory() - before).toBeGreaterThan(190 * MEBIBYTE);
});

it.runIf(process.platform === 'linux')('does not count what the parent process had', () => {
  const large = Buffer.alloc(500 * MEBIBYTE, 1);
  const file = JSON.stringify(new URL('../../dist/program.js', import.meta.url).href);
  const { stdout } = spawnSync(process.execPath, [
    '--input-type=module',
    '-e',
    `import { peakMemory } from ${file}; console.log(peakMemory());`,
  ]);
  expect(large.length).toBeGreaterThan(0);
  expect(Number(stdout)).toBeGreaterThan(20 * MEBIBYTE);
  expect(Number(stdout)).toBeLessThan(400 * MEBIBYTE);
});

it('is told in mebibytes', () => {
  expect(peakMemoryText(812 * MEBIBYTE - 5)).toBe('peak memory 812 MiB');
});
