import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom, similarityMaps } from '@tgm/masking';
import { type ClipModelTextConfig, clipModel, loadClipModel, saveClipModel } from '@tgm/models';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TEACHERS } from '../presets/text-settings.js';
import { TINY_CLIP_FOLDER } from '../tiny-clip-folder.js';
import { openTeacher } from './open-teacher.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-teacher-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Grey, with a red square over the patches of rows 2 to 3 and columns 4 to 5 of 8 x 8. */
function redSquare(size: number) {
  const frames = new Uint8Array(size * size * 3).fill(150);
  for (let y = size / 4; y < size / 2; y++)
    for (let x = size / 2; x < (size * 3) / 4; x++) frames.set([220, 40, 40], (y * size + x) * 3);
  return { frames, height: size, width: size };
}

const SQUARE = [20, 21, 28, 29];

it('settings know the size of the tiny one', async () => {
  const { model, params } = await loadClipModel(TINY_CLIP_FOLDER);
  tf.dispose(params);
  expect(TEACHERS.tiny).toMatchObject({
    projectionDim: model.config.projectionDim,
    textConfig: withoutEnd(model.config.textConfig),
    visionConfig: model.config.visionConfig,
  });
});

/** The end token comes from the tokenizer. */
const withoutEnd = ({ eosTokenId, ...config }: ClipModelTextConfig) => config;

describe('openTeacher', () => {
  it.each([
    ['of its own size', 64],
    ['that is smaller', 32],
    ['of no whole patches', 60],
  ])(
    'opens the tiny CLIP where none is named, which finds what a caption names in a picture %s',
    async (_, size) => {
      const teacher = await openTeacher();
      try {
        expect(teacher).toMatchObject({ name: 'tiny-clip-model', isTiny: true });
        expect(teacher.says).toContain('coloured shapes');
        const texts = await teacher.encoder.encodeText(['a red square moves to the left']);
        const patches = await teacher.encoder.encodePatches(redSquare(size));
        const scores = similarityMaps(patches, texts.values);
        const places = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
        expect(places.slice(0, 4).sort((a, b) => a - b)).toEqual(SQUARE);
      } finally {
        await teacher.dispose();
      }
    },
  );

  it('opens a folder, on an engine of the caller’s that it leaves alone', async () => {
    const engine = await cpuEngine();
    const { model, tokenizer } = await loadClipModel(TINY_CLIP_FOLDER);
    const { visionConfig, ...config } = model.config;
    const own = clipModel({ ...config, visionConfig: { ...visionConfig, imageSize: 32 } });
    await saveClipModel(folder, { model: own, params: own.init(seededRandom('own')), tokenizer });
    const teacher = await openTeacher({ clip: folder, variant: 'raw' }, engine);
    expect(teacher).toMatchObject({ name: folder, isTiny: false });
    expect(teacher.says).toMatch(/0\.3 million parameters for pictures of 32 x 32 in 4 x 4 patches\.$/);
    expect(teacher.encoder.describe()).toMatchObject({ variant: 'raw' });
    expect(await teacher.encoder.digest()).toMatch(/^[0-9a-f]{64}$/);
    await teacher.dispose();
    const squared = engine.compile((x: tf.Tensor) => tf.square(x));
    expect(await (await squared(tf.scalar(3))).data()).toEqual(Float32Array.of(9));
    await engine.dispose();
  });

  it('opens the same weights as open_clip lays them out', async () => {
    const towers = { layers: 1, mlp_ratio: 4 };
    const config = {
      model_cfg: {
        embed_dim: 64,
        quick_gelu: true,
        vision_cfg: { ...towers, image_size: 64, patch_size: 8, width: 96, head_width: 32 },
        text_cfg: { ...towers, layers: 2, context_length: 40, vocab_size: 807, width: 64, heads: 2 },
      },
    };
    await writeFile(join(folder, 'open_clip_config.json'), JSON.stringify(config));
    const files = { 'model.safetensors': 'open_clip_model.safetensors', 'tokenizer.json': 'tokenizer.json' };
    for (const [from, to] of Object.entries({ ...files, 'tokenizer_config.json': 'tokenizer_config.json' }))
      await copyFile(join(TINY_CLIP_FOLDER, from), join(folder, to));
    const [tiny, same] = [await openTeacher(), await openTeacher({ clip: folder })];
    expect(await same.encoder.encodePatches(redSquare(64))).toEqual(
      await tiny.encoder.encodePatches(redSquare(64)),
    );
    const caption = ['a red square moves to the left'];
    expect(await same.encoder.encodeText(caption)).toEqual(await tiny.encoder.encodeText(caption));
    await Promise.all([tiny.dispose(), same.dispose()]);
  });

  it('refuses what is no folder and no name of the Hub, and a name without its commit', async () => {
    await expect(openTeacher({ clip: join(folder, 'none') })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      where: 'teacher.clip',
    });
    await expect(openTeacher({ clip: 'someone/clip' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'teacher.revision',
      advice: expect.stringContaining('--revision'),
    });
    await expect(openTeacher({ clip: folder })).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
  });

  it('asks the Hub of the environment for the commit, with its token', async () => {
    const asked: string[] = [];
    const server = createServer(({ url, headers }, response) => {
      asked.push(`${url} ${headers.authorization}`);
      response.writeHead(404).end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    vi.stubEnv('HF_TOKEN', 'hf_secret');
    try {
      const opened = openTeacher({ clip: 'someone/clip', revision: COMMIT, cacheDir: folder });
      await expect(opened).rejects.toMatchObject({ code: 'HUB_FAILED' });
      expect(asked[0]).toMatch(new RegExp(`^/api/models/someone/clip/tree/${COMMIT}\\S* Bearer hf_secret$`));
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });
});
