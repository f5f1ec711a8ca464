import { describe, expect, it, vi } from 'vitest';
import { collectiveContract } from './collective-contract.js';
import { type Ended, LAUNCHABLE, launch, runAlone } from './launch.test-support.js';
import { singleProcess } from './single-process.js';

// Several processes, one after the other, on a machine that has other work.
vi.setConfig({ testTimeout: 300_000 });

const RANK = './rank.test-support.ts';
const refusals = ({ lines }: Ended) => lines.filter((line) => line.startsWith('refused'));
const checks = collectiveContract(singleProcess()).map(({ name }) => `holds: ${name}`);

describe.each(LAUNCHABLE)('processes of $title', ({ library, there }) => {
  const other = LAUNCHABLE.find((each) => each.library !== library)!;

  it.skipIf(!there)('keep the contract, two and three of them, and sum the same bits again', async () => {
    const digests: string[] = [];
    for (const ranks of [2, 3, 3]) {
      const { code, lines, errors } = await launch(library, ranks, RANK, 'contract');
      expect(errors).toBe('');
      expect(lines.filter((line) => line.startsWith('holds: '))).toEqual(checks);
      expect(lines.filter((line) => line.startsWith('closed')).sort()).toEqual(
        Array.from({ length: ranks }, (_, rank) => `closed ${rank} of ${ranks}`),
      );
      expect(lines.filter((line) => line.startsWith('refused MPI_FAILED'))).toHaveLength(ranks);
      expect(lines.filter((line) => line.startsWith('barrier'))).toEqual(Array(ranks).fill('barrier held'));
      const told = new Set(lines.filter((line) => line.startsWith('digest')));
      expect(told.size).toBe(1);
      digests.push(...told);
      expect(code).toBe(0);
    }
    expect(digests[2]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[1]);
  });

  it.skipIf(!there)('are one where one is launched, or none', async () => {
    const runs = [await launch(library, 1, RANK, 'contract'), await runAlone(RANK, 'contract', library.name)];
    for (const { code, lines } of runs) {
      expect(lines.filter((line) => line.startsWith('holds: '))).toEqual(checks);
      expect(lines.at(-1)).toBe('closed 0 of 1');
      expect(code).toBe(0);
    }
    expect(runs[1]!.lines).toEqual(runs[0]!.lines);
  });

  it.skipIf(!there)('refuse calls that do not fit each other, all of them alike', async () => {
    const lengths = refusals(await launch(library, 2, RANK, 'lengths'));
    // Each of them twice: it stays refused.
    expect(lengths).toHaveLength(4);
    expect(new Set(lengths)).toEqual(new Set([lengths[0]]));
    expect(lengths[0]).toMatch(
      /^refused RANKS_DISAGREE .* got allReduceSum of 4 in Float32Array on rank 0, allReduceSum of 5 in Float32Array on rank 1\./,
    );
    const calls = refusals(await launch(library, 2, RANK, 'calls'));
    expect(calls).toEqual(
      Array(2).fill(expect.stringMatching(/got broadcast of 9 in Uint8Array on rank 0, barrier on rank 1\./)),
    );
    const numbers = refusals(await launch(library, 2, RANK, 'numbers'));
    expect(numbers).toEqual(
      Array(2).fill(expect.stringMatching(/OPTION_INVALID .*broadcast: expected Float32Array/)),
    );
  });

  it.skipIf(!there || process.platform !== 'linux')('keep their library loaded to the end', async () => {
    const { lines, code } = await runAlone(RANK, 'stays', library.name);
    expect({ lines, code }).toEqual({ lines: ['loaded'], code: 0 });
  });

  it.skipIf(!there || process.platform !== 'linux')('leave the rest of the process as it was', async () => {
    const { lines, code } = await runAlone(RANK, 'tame', library.name);
    const told = ['changed ', 'memory access out of bounds', 'hang-ups left alone'];
    expect({ lines: lines.slice(0, 3), code }).toEqual({ lines: told, code: 0 });
  });

  it.skipIf(!there)('begin once in a process', async () => {
    const { lines, code } = await launch(library, 1, RANK, 'again');
    expect(lines[0]).toMatch(/^refused MPI_FAILED .* MPI has not been used yet/);
    expect(code).toBe(0);
  });

  it.skipIf(!there).each([
    // Open MPI tells a signal as a shell does, MPICH as its number.
    ['is killed', [9, 137]],
    ['throws', [1]],
    ['goes', [1]],
    ['goes while it waits', [6]],
    ['goes while a thread waits', [7]],
  ])('end together when one of them %s', async (scenario, expected) => {
    const { code, lines, errors } = await launch(library, 2, RANK, scenario);
    expect(lines.filter((line) => line.startsWith('closed'))).toEqual([]);
    if (scenario === 'throws') expect(errors).toContain('a rank threw');
    expect(expected).toContain(code);
  });

  it.skipIf(!there || !other.there)(
    'are refused where the launcher of another library started them',
    async () => {
      const { lines, code } = await launch(other.library, 2, RANK, 'contract', library.name);
      expect(lines).toHaveLength(2);
      for (const line of lines) {
        expect(line).toMatch(
          /^refused LAUNCHER_DISAGREES mpiProcesses: expected 2 processes, as mpirun of .* got 1 of /,
        );
        expect(line).toContain(library.title);
      }
      expect(code).toBe(2);
    },
  );
});
