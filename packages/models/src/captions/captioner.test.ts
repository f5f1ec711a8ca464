import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyCaptioner } from '../testing/tiny-captioner.js';
import { captioner } from './captioner.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'captioner-'));
  await writeTinyCaptioner(join(folder, 'tiny'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Where nothing listens any more. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}/`;
}

const frame = (grey: number) => ({ pixels: new Uint8Array(6 * 8 * 3).fill(grey), height: 6, width: 8 });

describe('captioner', () => {
  it('says what a model of Transformers.js sees', async () => {
    const model = join(folder, 'tiny');
    const tiny = await captioner({ model, revision: 'one', dtype: 'fp32', offline: true });
    expect(await tiny.caption(frame(200))).toBe('a bright scene');
    expect(await tiny.caption(frame(20))).toBe('a dark scene');
    expect(tiny).toMatchObject({ model, revision: 'one' });
    await expect(tiny.caption({ ...frame(1), width: 7 })).rejects.toMatchObject({ code: 'INPUT_SHAPE' });
    await tiny.dispose();
  });

  it('names the model that does not open', async () => {
    const model = join(folder, 'none');
    await expect(captioner({ model, revision: 'one', offline: true })).rejects.toMatchObject({
      code: 'CAPTIONER_FAILED',
      where: `${model} at one`,
      cause: expect.any(Error),
    });
  });

  it('says what to do where the Hub does not answer', async () => {
    const { env } = await import('@huggingface/transformers');
    const before = env.remoteHost;
    env.remoteHost = await deadAddress();
    try {
      await expect(captioner({ model: 'nobody/none', revision: 'one' })).rejects.toMatchObject({
        code: 'HUB_FAILED',
        where: 'nobody/none at one',
        received: expect.stringContaining('ECONNREFUSED'),
        advice: expect.stringContaining('name a folder'),
      });
    } finally {
      env.remoteHost = before;
    }
  });
});
