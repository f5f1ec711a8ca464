import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { seededRandom } from '@tgm/masking';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findCheckpoint } from './find-checkpoint.js';
import { lockRun } from './lock-run.js';
import { savedRun } from './saved-run.test-support.js';

// A process takes a second to begin, and several on a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'runs-'));
});
afterAll(() => rm(root, { recursive: true }));

const program = (name: string) => fileURLToPath(new URL(`./${name}.test-support.ts`, import.meta.url));

interface EndlessRun {
  readonly child: ChildProcess;
  /** The step that it went on from. */
  readonly from: number;
}

/** A run in a process of its own that writes checkpoints until it is killed. */
async function endlessRun(folder: string, keep: number): Promise<EndlessRun> {
  const child = spawn(process.execPath, [
    ...['--import', 'tsx', program('write-endlessly'), folder, String(keep)],
  ]);
  const said = Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]);
  const [text] = await said;
  expect(String(text)).toMatch(/^step \d+\n$/);
  return { child, from: Number(String(text).slice('step '.length)) };
}

async function kill({ child }: EndlessRun): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const milliseconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count));

const untouched = () => {
  throw new Error('A checkpoint is damaged.');
};

it('a run that is killed while it writes leaves a whole checkpoint, bit for bit', async () => {
  const folder = join(root, 'killed');
  const random = seededRandom('kills');
  let last = 0;
  for (let kills = 0; kills < 8; kills++) {
    const run = await endlessRun(folder, 1 + (kills % 2));
    // The lock of the run before was taken over.
    expect(run.from).toBe(last);
    await milliseconds(5 + 60 * random());
    await kill(run);
    const found = await findCheckpoint(folder, untouched);
    last = found?.saved.step ?? 0;
    if (found) expect(found.saved).toEqual(savedRun(last));
  }
  expect(last).toBeGreaterThan(0);
});

describe('a folder of a run', () => {
  it('is not for a second one, in another process or in this', async () => {
    const folder = join(root, 'one');
    const run = await endlessRun(folder, 1);
    const locked = {
      name: 'TrainError',
      code: 'RUN_LOCKED',
      where: folder,
      received: expect.stringMatching(
        new RegExp(`^one that process ${run.child.pid} on ${hostname()} has used since 20`),
      ),
      advice: `If that run has ended, remove ${join(folder, 'run.lock')}.`,
    };
    await expect(lockRun(folder)).rejects.toMatchObject(locked);
    await kill(run);
    const unlock = await lockRun(folder);
    await expect(lockRun(folder)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await unlock();
    await (await lockRun(folder))();
    expect(await readdir(folder)).not.toContain('run.lock');
  });

  it('may be read while the run goes on', async () => {
    const folder = join(root, 'read');
    const run = await endlessRun(folder, 1);
    let step = 0;
    for (let reads = 0; reads < 20; ) {
      const found = await findCheckpoint(folder, untouched);
      if (!found) continue;
      expect(found.saved).toEqual(savedRun(found.saved.step));
      expect(found.saved.step).toBeGreaterThanOrEqual(step);
      step = found.saved.step;
      reads++;
    }
    await kill(run);
  });

  it('is left to a run of another machine, of which nothing is known', async () => {
    const folder = join(root, 'elsewhere');
    await (await lockRun(folder))();
    const holder = { pid: 1, host: `not ${hostname()}`, since: '2026-01-01T00:00:00.000Z' };
    await writeFile(join(folder, 'run.lock'), JSON.stringify(holder));
    await expect(lockRun(folder)).rejects.toThrow(`process 1 on not ${hostname()} has used since 2026-01-01`);
  });

  it('that cannot be made is told so', async () => {
    await writeFile(join(root, 'a file'), '');
    await expect(lockRun(join(root, 'a file', 'run'))).rejects.toMatchObject({
      code: 'CHECKPOINT_FAILED',
      cause: { code: 'ENOTDIR' },
    });
  });
});

/** Writes one checkpoint in a process whose files may have at most so many blocks of 512 or 1024 bytes. */
async function writeLimited(folder: string, step: number, blocks: string): Promise<unknown> {
  const command = `ulimit -f ${blocks}; exec "$@"`;
  const { stdout } = await promisify(execFile)('sh', [
    ...[
      '-c',
      command,
      'sh',
      process.execPath,
      '--import',
      'tsx',
      program('write-once'),
      folder,
      String(step),
    ],
  ]);
  return JSON.parse(stdout);
}

describe.skipIf(process.platform === 'win32')('a disk that takes no more', () => {
  it('is told, and older checkpoints are whole', async () => {
    const folder = join(root, 'full');
    expect(await writeLimited(folder, 1, 'unlimited')).toEqual({ code: 'written' });
    const before = await findCheckpoint(folder, untouched);
    expect(await writeLimited(folder, 2, '1000')).toEqual({
      typed: true,
      code: 'CHECKPOINT_FAILED',
      message: expect.stringMatching(/step-00000002: expected a checkpoint that can be written, got .*EFBIG/),
      caused: true,
    });
    expect(await findCheckpoint(folder, untouched)).toEqual(before);
    expect(await readdir(folder)).toEqual(['step-00000001']);
    expect(await writeLimited(folder, 2, 'unlimited')).toEqual({ code: 'written' });
    expect(await readdir(folder)).toEqual(['step-00000002']);
  });
});
