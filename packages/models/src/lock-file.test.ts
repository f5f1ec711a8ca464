import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HeldLock, lockFile } from './lock-file.js';

/** What `link` fails with, if with anything: file systems without hard links are not to be had everywhere. */
const linking = vi.hoisted(() => ({ code: undefined as string | undefined }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    link: (from: string, to: string) =>
      linking.code === undefined
        ? real.link(from, to)
        : Promise.reject(Object.assign(new Error(linking.code), { code: linking.code })),
  };
});

const refusal = ({ path, holder }: HeldLock) => Object.assign(new Error('held'), { path, holder });
const lockIt = (path: string) => lockFile(path, refusal);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'locks-'));
});
afterEach(() => {
  linking.code = undefined;
});
afterAll(() => rm(folder, { recursive: true }));

describe.each([undefined, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])('where links fail with %s', (code) => {
  it('a file is claimed once, until it is given free', async () => {
    linking.code = code;
    const path = join(folder, `once-${code}`);
    const unlock = await lockIt(path);
    expect(JSON.parse(await readFile(`${path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
    await expect(lockIt(path)).rejects.toMatchObject({
      path: `${path}.lock`,
      holder: { pid: process.pid, host: hostname(), since: expect.stringMatching(/^20\d\d-/) },
    });
    await unlock();
    await (await lockIt(path))();
    expect((await readdir(folder)).filter((name) => name.startsWith(`once-${code}`))).toEqual([]);
  });

  it('of many claims at once one is granted', async () => {
    linking.code = code;
    const path = join(folder, `many-${code}`);
    const claims = await Promise.allSettled(Array.from({ length: 20 }, () => lockIt(path)));
    expect(claims.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  });

  it('the lock of a process that has ended is taken over', async () => {
    linking.code = code;
    const path = join(folder, `dead-${code}`);
    // No process has this number: those of Linux are below 2 ** 22, and other systems count less far.
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 2 ** 30, host: hostname(), since: 'then' }));
    await (await lockIt(path))();
  });
});

it.skipIf(process.platform !== 'linux')(
  'a number that went to a later process is no sign of life',
  async () => {
    const path = join(folder, 'again');
    const unlock = await lockIt(path);
    const claim = JSON.parse(await readFile(`${path}.lock`, 'utf8'));
    await unlock();
    expect(claim.began).toMatch(/^\d+$/);
    await writeFile(`${path}.lock`, JSON.stringify({ ...claim, began: '1' }));
    await (await lockIt(path))();
    const { began, ...silent } = claim;
    for (const held of [claim, silent]) {
      await writeFile(`${path}.lock`, JSON.stringify(held));
      await expect(lockIt(path)).rejects.toMatchObject({ holder: { pid: process.pid } });
    }
  },
);

it('what a process left that was killed while it took a lock is taken away with the next', async () => {
  const path = join(folder, 'killed');
  const claim = (pid: number, host = hostname()) => JSON.stringify({ pid, host, since: 'then' });
  const gone = 2 ** 30;
  const left: Record<string, string> = {
    [`${gone}.0`]: claim(gone),
    [`${gone}.1.dead`]: claim(gone),
    // Killed before it wrote, long ago.
    [`${gone}.2`]: '',
  };
  const others: Record<string, string> = {
    [`${process.pid}.900`]: claim(process.pid),
    [`${process.pid}.901.dead`]: claim(gone),
    [`${gone}.3`]: claim(gone, 'another host'),
    [`${gone}.4`]: '',
    'own.txt': claim(gone),
  };
  for (const [name, text] of Object.entries({ ...left, ...others }))
    await writeFile(`${path}.lock.${name}`, text);
  await utimes(`${path}.lock.${gone}.2`, 0, 0);
  await (await lockIt(path))();
  const there = (await readdir(folder)).filter((name) => name.startsWith('killed'));
  expect(there.sort()).toEqual(
    Object.keys(others)
      .map((name) => `killed.lock.${name}`)
      .sort(),
  );
});

it('other failures of a link are told', async () => {
  linking.code = 'ENOSPC';
  await expect(lockIt(join(folder, 'full'))).rejects.toMatchObject({ code: 'ENOSPC' });
});
