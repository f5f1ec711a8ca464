import { describe, expect, it, vi } from 'vitest';
import { LAUNCHABLE, launch } from './launch.test-support.js';

vi.setConfig({ testTimeout: 300_000 });

/** What a rank is told of one that hangs, by where that is. */
const TOLD: Record<string, RegExp> = {
  start:
    /MPI_Init_thread: expected all 2 ranks to begin, started by mpirun of .*, got rank \d, and not all others for \d+ s. One of them is stopped/,
  sum: /no sign of rank|MPI_Allreduce: .*, got rank \d alone, or not all, for \d+ s; MPI does not tell which .* Where a rank only takes long/,
};
const SIGN = /no sign of rank \d. Where a rank only takes long/;

const RANK = './hang-rank.test-support.ts';

/** Where a rank hangs, in which way, and which rank. */
const HANGS = [
  ['start', 'loop', '0'],
  ['start', 'stopped', '1'],
  ['wait', 'stopped', '0'],
  ['sum', 'stopped', '1'],
  ['sum', 'native', '0'],
  ['end', 'loop', '1'],
] as const;

describe.each(LAUNCHABLE)('processes of $title', ({ library, there }) => {
  it.skipIf(!there || process.platform !== 'linux').each(HANGS)(
    'end where one hangs: %s, %s, rank %s',
    async (where, how, rank) => {
      const { lines, code } = await launch(library, 2, RANK, where, how, rank);
      expect(lines.filter((line) => line === 'hangs')).toHaveLength(1);
      expect(lines.filter((line) => line !== 'hangs')).toEqual([
        expect.stringMatching(/^refused RANK_SILENT mpiProcesses, /),
      ]);
      expect(lines.join()).toMatch(TOLD[where] ?? SIGN);
      // Where MPI has not begun there is nothing that could end the others but the launcher, which may take a signal for the code.
      expect(where === 'start' ? [1, 9] : [1]).toContain(code);
    },
  );

  it.skipIf(!there)('wait for one that works longer than they have patience', async () => {
    const { lines, code } = await launch(library, 2, RANK, 'work', '', '0');
    expect({ lines, code }).toEqual({ lines: ['closed', 'closed'], code: 0 });
  });
});
