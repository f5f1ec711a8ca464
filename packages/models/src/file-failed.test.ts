import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as models from './index.js';
import { TINY_VIDEO_MAE } from './testing/tiny-video-mae.js';

let folder: string;
let file: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'tgm-file-failed-'));
  file = join(folder, 'README.md');
  await writeFile(file, '# Not a checkpoint\n');
});
afterAll(() => rm(folder, { recursive: true }));

const model = models.videoMae(TINY_VIDEO_MAE);
const loaders = [
  models.loadClipModel,
  models.loadVideoMae,
  models.loadVideoMaeClassifier,
  models.loadVideoMaeEncoder,
];

describe('a checkpoint that is not there', () => {
  it.each(loaders)('%o is given a file for a folder', async (load) => {
    await expect(load(file)).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      where: join(file, 'config.json'),
      received: 'none, for its folder is a file',
      cause: { code: 'ENOTDIR' },
    });
  });

  it.each([
    ['readSafetensors', models.readSafetensors],
    ['loadParams', (path: string) => models.loadParams(path, model)],
  ])('%s says which file', async (_, read) => {
    const absent = join(folder, 'absent.safetensors');
    await expect(read(absent)).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      where: absent,
      received: 'none',
    });
    await expect(read(join(file, 'a'))).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
  });
});

describe('a file that the system does not give', () => {
  it.each([
    ['readSafetensors', models.readSafetensors],
    ['readCaptions', models.readCaptions],
    ['readClassDescriptions', models.readClassDescriptions],
  ])('%s of a folder', async (_, read) => {
    await expect(read(folder)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      where: folder,
      cause: { code: 'EISDIR' },
    });
  });

  it('readCaptions of a file in a file', async () => {
    await expect(models.readCaptions(join(file, 'a.jsonl'))).rejects.toMatchObject({
      code: 'FILE_FAILED',
      cause: { code: 'ENOTDIR' },
    });
  });
});

describe('a file that the system does not take', () => {
  it('writeSafetensors into a folder that is not there', async () => {
    const path = join(folder, 'absent', 'a.safetensors');
    await expect(models.writeSafetensors(path, {}, {})).rejects.toMatchObject({
      code: 'FILE_FAILED',
      where: path,
      cause: { code: 'ENOENT' },
    });
  });

  it('saveVideoMae into a file', async () => {
    const params = model.init(seededRandom('saved'));
    await expect(models.saveVideoMae(file, model, params)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      where: file,
      cause: { code: 'EEXIST' },
    });
    expect(await readdir(folder)).toEqual(['README.md']);
  });
});
