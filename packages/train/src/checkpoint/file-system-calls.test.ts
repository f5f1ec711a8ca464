import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findCheckpoint } from './find-checkpoint.js';
import { lockRun } from './lock-run.js';
import { savedRun } from './saved-run.test-support.js';
import { writeCheckpoint } from './write-checkpoint.js';

/** Calls of the file system that change it, in order, and the one that fails. */
const system = vi.hoisted(() => ({ on: false, calls: [] as string[], failing: Number.POSITIVE_INFINITY }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  /** Notes a call, or fails as a full disk does. */
  const noted = (call: string) => {
    if (!system.on) return;
    system.calls.push(call);
    if (system.calls.length === system.failing)
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', errno: -28 });
  };
  return {
    ...real,
    async open(path: string, flags?: string) {
      if (flags === 'w') noted(`create ${path}`);
      const file = await real.open(path, flags);
      const flushes = process.platform !== 'win32' || (flags ?? 'r') !== 'r';
      const { sync, write } = { sync: file.sync.bind(file), write: file.write.bind(file) };
      return Object.assign(file, {
        async sync() {
          noted(`sync ${path}`);
          // As FlushFileBuffers of Windows, which folders cannot be opened for.
          if (!flushes) throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
          await sync();
        },
        write(...bytes: Parameters<typeof write>) {
          noted(`fill ${path}`);
          return write(...bytes);
        },
      });
    },
    async rename(from: string, to: string) {
      noted(`rename ${from} ${to}`);
      await real.rename(from, to);
    },
    async mkdir(path: string, options?: object) {
      noted(`mkdir ${path}`);
      return real.mkdir(path, options);
    },
    async rm(path: string, options?: object) {
      noted(`rm ${path}`);
      await real.rm(path, options);
    },
    async writeFile(path: string, text: string) {
      noted(`write ${path}`);
      await real.writeFile(path, text);
    },
  };
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'calls-'));
});
afterEach(() => {
  Object.assign(system, { on: false, calls: [], failing: Number.POSITIVE_INFINITY });
});
afterAll(() => rm(root, { recursive: true }));

/** Writes a checkpoint with an eye on the calls, the one with this number failing. */
async function watched(folder: string, step: number, failing = Number.POSITIVE_INFINITY): Promise<void> {
  Object.assign(system, { on: true, calls: [], failing });
  try {
    await writeCheckpoint(folder, savedRun(step), [], { keep: 1 });
  } finally {
    system.on = false;
  }
}

describe('a checkpoint', () => {
  it('lies on the disk before it has its name, and that before an older one goes', async () => {
    const folder = join(root, 'new', 'order');
    await watched(folder, 1);
    await watched(folder, 2);
    const calls = system.calls.map((call) => call.replaceAll(`${folder}/`, '').replace(folder, '.'));
    const draft = 'step-00000002.partial';
    const files = ['training-state.json', 'training-state.safetensors'].map(
      (name) => `sync ${draft}/${name}`,
    );
    const at = (call: string) => calls.indexOf(call);
    const named = at(`rename ${draft} step-00000002`);
    for (const call of [...files, `sync ${draft}`]) {
      expect(calls, call).toContain(call);
      expect(at(call), call).toBeLessThan(named);
    }
    expect(calls.slice(named + 1)).toEqual([
      'sync .',
      'rm step-00000002.removed.partial',
      'rename step-00000001 step-00000001.removed.partial',
      'rm step-00000001.removed.partial',
    ]);
  });

  it('in a new folder lies in one whose name is on the disk', async () => {
    const folder = join(root, 'deep', 'er', 'run');
    await watched(folder, 1);
    const synced = system.calls
      .filter((call) => call.startsWith('sync '))
      .map((call) => relative(root, call.slice(5)));
    expect(synced).toEqual(
      expect.arrayContaining(['', 'deep', join('deep', 'er'), join('deep', 'er', 'run')]),
    );
  });

  it('in a new folder that its run has locked does so too', async () => {
    const folder = join(root, 'locked', 'deep', 'run');
    system.on = true;
    const unlock = await lockRun(folder);
    expect(system.calls).toEqual(
      expect.arrayContaining(
        [root, join(root, 'locked'), join(root, 'locked', 'deep')].map((path) => `sync ${path}`),
      ),
    );
    await unlock();
  });

  it('is written where the system flushes only what is open for writing', async () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
    Object.defineProperty(process, 'platform', { ...platform, value: 'win32' });
    try {
      await watched(join(root, 'windows'), 1);
    } finally {
      Object.defineProperty(process, 'platform', platform);
    }
    expect(system.calls.filter((call) => call.startsWith('sync ')).length).toBeGreaterThan(1);
  });

  it('is whole, or the one before is, whichever call fails', async () => {
    let failed = 0;
    for (let failing = 1; ; failing++) {
      const folder = join(root, `failing-${failing}`);
      await writeCheckpoint(folder, savedRun(1), [], { keep: 1 });
      const error = await watched(folder, 2, failing).then(
        () => undefined,
        (thrown) => thrown,
      );
      const call = system.calls.at(failing - 1) ?? 'none';
      const found = await findCheckpoint(folder, ({ fault }) => {
        throw fault;
      });
      expect([savedRun(1), savedRun(2)], call).toContainEqual(found?.saved);
      if (error === undefined) break;
      failed++;
      expect(error, call).toMatchObject({
        name: 'TrainError',
        code: 'CHECKPOINT_FAILED',
        received: 'ENOSPC: no space left on device',
        cause: { code: 'ENOSPC' },
      });
      await writeCheckpoint(folder, savedRun(3), [], { keep: 1 });
    }
    expect(failed).toBeGreaterThan(10);
  });
});
