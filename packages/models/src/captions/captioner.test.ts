import { mkdtemp, rm } from 'node:fs/promises';
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
});
