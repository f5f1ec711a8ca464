import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { latestCheckpoint } from '../checkpoint/find-checkpoint.js';
import { stepFolders } from '../checkpoint/step-folders.js';
import { LAUNCHABLE, launch } from '../collective/launch.test-support.js';
import type { TrainError } from '../errors.js';
import { rankTraining } from './rank-training.test-support.js';

vi.setConfig({ testTimeout: 300_000 });

const RANK = '../trainer/failing-rank.test-support.ts';
const WHOLE = { batchSize: 8, accumulate: 1 };
/** That of the failing program. */
const schedule = { at: () => 1e-2, describe: () => ({ is: 'constant' }) };
const alone = { steps: 8, schedule };

let reference: ReturnType<typeof rankTraining> | undefined;

/** The newest checkpoint is whole and of this step, and a run that goes on from it learns what one without a failure does. */
async function requireWhole(folder: string, step: number): Promise<void> {
  const damaged: string[] = [];
  const path = await latestCheckpoint(folder, ({ path }) => damaged.push(path));
  expect(damaged).toEqual([]);
  expect(path).toBe((await stepFolders(folder)).find((each) => each.step === step)?.path);
  reference ??= rankTraining('reconstruction', WHOLE, alone);
  const checkpoint = { folder, every: 2 };
  const goOn = () => rankTraining('reconstruction', WHOLE, { ...alone, checkpoint });
  // A process that the launcher has killed may take a moment to be gone.
  const last = await goOn().catch(async (error: TrainError) => {
    if (error.code !== 'RUN_LOCKED') throw error;
    await delay(3000);
    return goOn();
  });
  const { totals } = await reference;
  expect(last.totals).toHaveLength(8 - step);
  for (const [at, total] of last.totals.entries()) expect(total / totals[step + at]!).toBeCloseTo(1, 4);
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'failing-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.each(LAUNCHABLE)('a training on processes of $title', ({ library, there }) => {
  const run = (folder: string, how: string, rank: number, step: number, saving = false) =>
    launch(library, 2, RANK, JSON.stringify({ folder, how, rank, step, saving }));

  it.skipIf(!there)('of which one throws: all steps before are saved, and all end alike', () =>
    inFolder(async (folder) => {
      const { code, lines } = await run(folder, 'throws', 1, 5);
      expect([...lines].sort()).toEqual([
        expect.stringMatching(/^refused 0 RANK_FAILED .* rank 1 cannot: rank 1 threw/),
        'refused 1 RangeError rank 1 threw',
      ]);
      expect(code).toBe(1);
      await requireWhole(folder, 5);
    }),
  );

  it.skipIf(!there).each([0, 1])('of which rank %i is killed: the last checkpoint is whole', (rank) =>
    inFolder(async (folder) => {
      const { code, lines } = await run(folder, 'killed', rank, 5);
      expect(lines).toEqual([]);
      // Open MPI tells the signal as a shell does, MPICH as its number.
      expect(code).toBe(library.name === 'mpich' ? 9 : 137);
      await requireWhole(folder, 4);
    }),
  );

  it.skipIf(!there || process.platform === 'win32')(
    'of which one stands still: all steps before are saved, and all end',
    () =>
      inFolder(async (folder) => {
        const { code, lines } = await run(folder, 'stopped', 1, 5);
        expect(lines).toEqual([expect.stringMatching(/^refused 0 RANK_SILENT .*no sign of rank 1/)]);
        expect(code).toBe(1);
        await requireWhole(folder, 5);
      }),
  );

  it.skipIf(!there || process.platform === 'win32')(
    'of which rank 0 stands still as it saves: the last checkpoint is whole',
    () =>
      inFolder(async (folder) => {
        const { code, lines } = await run(folder, 'stopped', 0, 5, true);
        expect(lines).toEqual([expect.stringMatching(/^refused 1 RANK_SILENT .*no sign of rank 0/)]);
        expect(code).toBe(1);
        await requireWhole(folder, 4);
      }),
  );

  it.skipIf(!there || !mayMount())('whose disk is full: the last checkpoint is whole, and all end', () =>
    inFolder(async (folder) => {
      const measured = join(folder, 'measured');
      await rankTraining('reconstruction', WHOLE, {
        ...alone,
        steps: 2,
        checkpoint: { folder: measured, every: 2 },
      });
      const bytes = await sizeOf((await stepFolders(measured))[0]!.path);
      const disk = join(folder, 'disk');
      // Room for two checkpoints and a half.
      spawnSync('mkdir', [disk]);
      spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${Math.ceil(2.5 * bytes)}`, 'tmpfs', disk]);
      try {
        const { code, lines } = await run(disk, 'not at all', 0, 0);
        expect([...lines].sort()).toEqual([
          expect.stringMatching(/^refused 0 CHECKPOINT_FAILED .*ENOSPC/),
          expect.stringMatching(/^refused 1 RANK_FAILED .* rank 0 cannot: CHECKPOINT_FAILED: .*ENOSPC/),
        ]);
        expect(code).toBe(1);
        expect(await latestCheckpoint(disk)).toBe((await stepFolders(disk))[0]!.path);
        expect((await stepFolders(disk)).map(({ step }) => step)).toEqual([4, 2]);
      } finally {
        spawnSync('umount', [disk]);
      }
    }),
  );
});

/** Whether this process may mount a small disk; else that test is left out. */
function mayMount(): boolean {
  const { status } = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]);
  return status === 0;
}

/** Bytes of the pages that the files of a folder take. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + 4096 * Math.ceil(size / 4096), 0);
}
