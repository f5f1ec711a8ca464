import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { lockFile } from './lock-file.js';

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
    const unlock = await lockFile(path);
    expect(JSON.parse(await readFile(`${path}.lock`, 'utf8'))).toMatchObject({ pid: process.pid });
    await expect(lockFile(path)).rejects.toMatchObject({ code: 'CAPTIONS_LOCKED', where: path });
    await unlock();
    await (await lockFile(path))();
    expect((await readdir(folder)).filter((name) => name.startsWith(`once-${code}`))).toEqual([]);
  });

  it('of many claims at once one is granted', async () => {
    linking.code = code;
    const path = join(folder, `many-${code}`);
    const claims = await Promise.allSettled(Array.from({ length: 20 }, () => lockFile(path)));
    expect(claims.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  });

  it('the lock of a process that has ended is taken over', async () => {
    linking.code = code;
    const path = join(folder, `dead-${code}`);
    // No process has this number: those of Linux are below 2 ** 22, and other systems count less far.
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 2 ** 30, host: hostname(), since: 'then' }));
    await (await lockFile(path))();
  });
});

it('other failures of a link are told', async () => {
  linking.code = 'ENOSPC';
  await expect(lockFile(join(folder, 'full'))).rejects.toMatchObject({ code: 'ENOSPC' });
});
