import { describe, expect, it, vi } from 'vitest';
import { LAUNCHABLE, launch } from './launch.test-support.js';
import { singleProcess } from './single-process.js';

vi.setConfig({ testTimeout: 300_000 });

const RANK = './fail-rank.test-support.ts';

interface Heard {
  readonly what: string;
  readonly rank: number;
  readonly code?: string;
  readonly message?: string;
  readonly at?: number;
}

const heardBy = (lines: readonly string[]): Heard[] => lines.map((line) => JSON.parse(line) as Heard);
const of = (heard: readonly Heard[], what: string) =>
  heard.filter((each) => each.what === what).sort((one, other) => one.rank - other.rank);

const cause = { name: 'TrainError', code: 'EXAMPLE_FAILED', fault: 'file', exitCode: 64 };

describe.each(LAUNCHABLE)('a failure of one of the processes of $title', ({ library, there }) => {
  it.skipIf(!there)('is told to all, with its rank, code and words, and ends all with one code', async () => {
    const { lines, code } = await launch(library, 3, RANK, 'one');
    const heard = heardBy(lines);
    const own = { code: 'EXAMPLE_FAILED', message: expect.stringContaining('says rank 2') };
    expect(of(heard, 'own')).toEqual([expect.objectContaining(own)]);
    expect(of(heard, 'again')).toEqual([expect.objectContaining(own)]);
    for (const what of ['in hand', 'next', 'fails behind it']) {
      expect(of(heard, what).map(({ rank }) => rank)).toEqual([0, 1]);
      for (const each of of(heard, what)) {
        expect(each).toMatchObject({
          code: 'RANK_FAILED',
          message: expect.stringMatching(/rank 2 cannot: EXAMPLE_FAILED: sample 7: expected a video/),
          cause: { ...cause, rank: 2 },
          deeper: 'no such file',
        });
      }
    }
    // Rank 0 takes its time, and the others wait for it.
    const left = Math.max(...of(heard, 'left').map(({ at }) => at!));
    const ended = of(heard, 'ended').map(({ at }) => at!);
    expect(of(heard, 'left')).toHaveLength(3);
    expect(ended.length).toBeGreaterThan(0);
    for (const at of ended) expect(at).toBeGreaterThanOrEqual(left);
    expect(code).toBe(64);
  });

  it.skipIf(!there)('is told to those who are at work, before their next call', async () => {
    const { lines, code } = await launch(library, 2, RANK, 'at work');
    const heard = heardBy(lines);
    expect(of(heard, 'next')).toEqual([
      expect.objectContaining({ rank: 0, code: 'RANK_FAILED', cause: { ...cause, rank: 1 } }),
    ]);
    expect(of(heard, 'own')[0]!.at!).toBeLessThan(of(heard, 'worked')[0]!.at!);
    expect(code).toBe(64);
  });

  it.skipIf(!there)('is the first of several on all of them', async () => {
    const { lines, code } = await launch(library, 3, RANK, 'all');
    const [zero, one, two] = of(heardBy(lines), 'own');
    // Rank 1 was the first, and rank 0 failed alike.
    expect(zero).toMatchObject({ code: 'EXAMPLE_FAILED', message: expect.stringContaining('says rank 0') });
    for (const each of [one, two])
      expect(each).toMatchObject({ code: 'RANK_FAILED', cause: { ...cause, rank: 0 } });
    expect(code).toBe(64);
  });
});

describe.each(LAUNCHABLE)('a process of $title', ({ library, there }) => {
  it.skipIf(!there).each(['0', '7'])('that ends with %s without close says so', async (exitCode) => {
    const { errors, code } = await launch(library, 2, './leave-rank.test-support.ts', exitCode);
    expect(errors).toContain(`rank 1 ended without close, with ${exitCode}: that ends all ranks.`);
    expect(errors).not.toContain('rank 0 ended');
    expect(code).toBe(Number(exitCode) || 1);
  });

  it.skipIf(!there)('ends all where nobody hears it', async () => {
    const { code, errors } = await launch(library, 2, './leave-rank.test-support.ts', '0', 'unheard');
    expect(code).toBe(1);
    // The other one has not had to find out.
    expect(errors).not.toContain('RANK_SILENT');
  });
});

it('a process alone has its own failure', async () => {
  const error = new Error('alone');
  expect(await singleProcess().fail(error)).toBe(error);
});
