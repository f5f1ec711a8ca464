import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTgm } from '../testing/run-tgm.test-support.js';
import type { Check } from './check.js';
import { checkMpi, launchersIn } from './mpi.js';
import { checkNode } from './node-and-npm.js';
import { checkCopies, runtimeCopies } from './onnx-runtime.js';
import { checkDisk, checkMemory } from './room.js';

let folder: string;
let hub: Server;
let address: string;
const asked: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-doctor-test-'));
  hub = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(request.url?.startsWith('/closed') ? 403 : 200).end();
  });
  await new Promise<void>((ready) => hub.listen(0, '127.0.0.1', ready));
  address = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
});
afterAll(async () => {
  hub.close();
  await rm(folder, { recursive: true });
});

const doctor = async (HF_ENDPOINT: string, env: NodeJS.ProcessEnv = {}) => {
  const { code, stdout } = await runTgm(['doctor', '--json'], { cwd: folder, env: { HF_ENDPOINT, ...env } });
  const { fine, checks } = JSON.parse(stdout) as { fine: boolean; checks: Check[] };
  return { code, fine, of: (name: string) => checks.find((check) => check.name === name) };
};

describe('tgm doctor', () => {
  it('uses what is here: a graph runs, a video is written and read, the Hub answers', async () => {
    const { code, fine, of } = await doctor(address);
    expect(of('Node.js')).toEqual({ name: 'Node.js', state: 'fine', found: process.versions.node });
    expect(of('ONNX Runtime')).toMatchObject({ state: 'fine', found: expect.stringContaining('one copy') });
    expect(of('engine')).toMatchObject({
      state: 'fine',
      found: expect.stringMatching(/execution providers .*cpu/),
    });
    expect(of('FFmpeg')).toMatchObject({ state: 'fine', found: expect.stringContaining('GPL version 3') });
    expect(of('MPI')?.state).toBe(launchersIn(process.env.PATH ?? '').length === 0 ? 'warning' : 'fine');
    expect(of('Hub')).toMatchObject({ state: 'fine', found: `${address} answers` });
    expect(asked).toContain('HEAD /MCG-NJU/videomae-base/resolve/main/config.json');
    expect(fine).toBe(true);
    expect(code).toBe(0);
  });

  it.skipIf(launchersIn(process.env.PATH ?? '').length === 0)(
    'says once that koffi is missing, and what installs it',
    async () => {
      // Looking for it fails as it does where it is not installed.
      const hooks = `export async function resolve(name, context, next) {
        if (name !== 'koffi') return next(name, context);
        throw Object.assign(new Error('Cannot find package koffi'), { code: 'ERR_MODULE_NOT_FOUND' });
      }`;
      const address = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
      const hiding = address(
        `import { register } from 'node:module'; register(${JSON.stringify(address(hooks))});`,
      );
      const { of } = await doctor('http://127.0.0.1:9', { NODE_OPTIONS: `--import ${hiding}` });
      expect(of('MPI')).toEqual({
        name: 'MPI',
        state: 'warning',
        found: `${launchersIn(process.env.PATH!).join(', ')}: expected the package koffi, through which MPI is called, got none that loads`,
        mend: 'Install it where npm left it out: "npm install --ignore-scripts koffi@3".',
      });
    },
    120_000,
  );

  it.each([
    ['that is closed', () => `${address}/closed`, /answers with 403/],
    ['that is not there', () => 'http://127.0.0.1:9', /is not reached/],
  ])('warns of a Hub %s, which not everybody needs, and says what to do', async (_, endpoint, found) => {
    const { code, of } = await doctor(endpoint());
    expect(of('Hub')).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(found),
      mend: expect.stringContaining('HF_ENDPOINT'),
    });
    expect(code).toBe(0);
  });
});

describe('Node.js', () => {
  it.each([
    ['20.19.0', 'fine'],
    ['20.20.2', 'fine'],
    ['24.0.0', 'fine'],
    ['20.18.3', 'wrong'],
    ['18.20.4', 'wrong'],
  ])('%s is %s', (version, state) => expect(checkNode(version).state).toBe(state));
});

/** A package that lies in a folder, and the copy of ONNX Runtime that it finds from there. */
async function install(at: string, version?: string): Promise<string> {
  await mkdir(join(folder, at), { recursive: true });
  await writeFile(join(folder, at, 'index.js'), '');
  if (version !== undefined) {
    const runtime = join(folder, at, 'node_modules/onnxruntime-node');
    await mkdir(join(runtime, 'dist'), { recursive: true });
    await writeFile(
      join(runtime, 'package.json'),
      JSON.stringify({ name: 'onnxruntime-node', version, main: 'dist/index.js' }),
    );
    await writeFile(join(runtime, 'dist/index.js'), '');
  }
  return join(folder, at, 'index.js');
}

describe('ONNX Runtime', () => {
  it('is one copy where packages share it', async () => {
    const shared = await install('shared', '1.30.0');
    const one = await install('shared/node_modules/one');
    const copies = runtimeCopies({ shared, one });
    expect(copies).toHaveLength(2);
    expect(checkCopies(copies)).toMatchObject({ state: 'fine', found: '1.30.0, one copy' });
  });

  it('is wrong in two copies, with whose they are and the command that makes them one', async () => {
    const own = await install('two', '1.30.0');
    const other = await install('two/node_modules/other', '1.24.3');
    expect(checkCopies(runtimeCopies({ own, other }))).toMatchObject({
      state: 'wrong',
      found: expect.stringMatching(/two copies: 1\.30\.0 of own in .*1\.24\.3 of other in/),
      mend: 'npm pkg set "overrides.onnxruntime-node=1.30.0" && npm install --ignore-scripts',
    });
  });

  it('is wrong where there is none, with the command that installs it', async () => {
    const alone = await install('alone');
    expect(checkCopies(runtimeCopies({ alone }))).toMatchObject({
      state: 'wrong',
      mend: 'npm install --ignore-scripts onnxruntime-node@1.30.0',
    });
  });
});

describe('MPI', () => {
  const withPath = async (path: string): Promise<Check> => {
    const before = process.env.PATH;
    process.env.PATH = path;
    try {
      return await checkMpi();
    } finally {
      process.env.PATH = before;
    }
  };

  it('is missed by some where there is no launcher, or one that brings nobody together', async () => {
    const none = await mkdtemp(join(folder, 'none-'));
    expect(await withPath(none)).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('no mpirun'),
      mend: expect.stringContaining('apt-get install openmpi-bin'),
    });
    await writeFile(join(none, 'mpirun'), '#!/bin/sh\necho there are no hosts >&2\nexit 3\n', {
      mode: 0o755,
    });
    expect(await withPath(none)).toMatchObject({ state: 'warning', found: 'mpirun: there are no hosts' });
    await symlink('mpirun', join(none, 'mpirun.mpich'));
    expect(launchersIn(none)).toEqual(['mpirun.mpich']);
  });
});

describe('room', () => {
  it('knows the limit of a container', () => {
    const GIB = 2 ** 30;
    expect(checkMemory(32 * GIB, 0)).toMatchObject({ state: 'fine', found: '32.0 GiB' });
    expect(checkMemory(32 * GIB, 2 ** 60)).toMatchObject({ state: 'fine', found: '32.0 GiB' });
    expect(checkMemory(32 * GIB, 4 * GIB)).toMatchObject({
      state: 'warning',
      found: "4.0 GiB by the container's limit, of 32.0 GiB",
    });
  });

  it('is looked for where the work is', async () => {
    expect(await checkDisk(folder)).toMatchObject({ found: expect.stringMatching(/GiB free in/) });
    expect(await checkDisk(join(folder, 'none'))).toMatchObject({ state: 'warning' });
  });
});
