import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoMae } from '../video-mae/video-mae.js';
import { hubFolder } from './hub-folder.js';
import { loadVideoMae, saveVideoMae } from './video-mae-checkpoint.js';

const REVISION = '0123456789abcdef0123456789abcdef01234567';
const REPO = 'someone/videomae-tiny';

const model = videoMae({
  imageSize: 4,
  patchSize: 2,
  numFrames: 2,
  tubeletSize: 1,
  hiddenSize: 8,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 16,
  decoderHiddenSize: 4,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 1,
  decoderIntermediateSize: 8,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
});

let folder: string;
let server: Server;
let hubUrl: string;
const files = new Map<string, Buffer>();
const fetched: string[] = [];

/** As much of the Hub as the library asks: the list of files, facts about one, and its bytes. */
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'hub-'));
  await saveVideoMae(join(folder, 'source'), model, model.init(seededRandom('hub')));
  for (const name of await readdir(join(folder, 'source'))) {
    files.set(name, await readFile(join(folder, 'source', name)));
  }
  const pixels = files.get('preprocessor_config.json')!;
  files.set('video_preprocessor_config.json', Buffer.from(`${pixels}\n`));
  files.set('processor_config.json', Buffer.from(`{"image_processor":${pixels}}`));
  files.set('README.md', Buffer.from('not read here'));
  files.set('pytorch_model.bin', Buffer.from('not read here'));
  const factsOf = (path: string) => ({
    type: 'file',
    path,
    size: files.get(path)!.length,
    oid: createHash('sha1').update(files.get(path)!).digest('hex'),
    lastCommit: { id: REVISION, title: '', date: '2026-01-01T00:00:00Z' },
  });
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://hub');
    const json = (value: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    if (pathname === `/api/models/${REPO}/tree/${REVISION}`) {
      json([...files.keys()].map(factsOf));
    } else if (pathname === `/api/models/${REPO}/paths-info/${REVISION}`) {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => json((JSON.parse(body).paths as string[]).map(factsOf)));
    } else {
      const name = pathname.split('/').at(-1)!;
      const bytes = pathname === `/${REPO}/resolve/${REVISION}/${name}` ? files.get(name) : undefined;
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      if (bytes) {
        const [start, end] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, bytes.length];
        if (end - start !== 1) fetched.push(name);
        response.writeHead(range ? 206 : 200, {
          etag: `"${factsOf(name).oid}"`,
          'content-length': String(Math.min(end, bytes.length) - start),
          'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
        });
        response.end(bytes.subarray(start, end));
      } else {
        response.writeHead(404).end();
      }
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  await rm(folder, { recursive: true });
});

describe('hubFolder', () => {
  it('fetches what is read here, once, and finds it without the network afterwards', async () => {
    const cacheDir = join(folder, 'cache');
    const path = await hubFolder(REPO, { revision: REVISION, cacheDir, hubUrl });
    expect(path.endsWith(join('models--someone--videomae-tiny', 'snapshots', REVISION))).toBe(true);
    expect(fetched.sort()).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
      'processor_config.json',
      'video_preprocessor_config.json',
    ]);
    const { params } = await loadVideoMae(path);
    const saved = model.init(seededRandom('hub'));
    expect(await params['decoder.head.weight']!.data()).toEqual(await saved['decoder.head.weight']!.data());

    expect(await hubFolder(REPO, { revision: REVISION, cacheDir, hubUrl })).toBe(path);
    expect(fetched.length).toBe(5);
    const nowhere = 'http://127.0.0.1:1';
    expect(await hubFolder(REPO, { revision: REVISION, cacheDir, hubUrl: nowhere, offline: true })).toBe(
      path,
    );
  });

  it('says what is not there', async () => {
    const cacheDir = join(folder, 'empty');
    const options = { revision: REVISION, cacheDir, hubUrl };
    await expect(hubFolder(REPO, { ...options, offline: true })).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
    });
    await expect(hubFolder('someone/else', options)).rejects.toMatchObject({
      code: 'HUB_FAILED',
      where: `someone/else at ${REVISION}`,
    });
  });

  it('says where weights may be that are not there', async () => {
    const weights = files.get('model.safetensors')!;
    files.delete('model.safetensors');
    const options = { revision: REVISION, cacheDir: join(folder, 'without'), hubUrl };
    await expect(hubFolder(REPO, options)).rejects.toThrow(
      'got no safetensors. A conversion may be on one of',
    );
    files.set('model.safetensors', weights);
  });

  it.each([
    ['Hugging Face’s where config.json names a kind of model', { model_type: 'clip' }, 'model.safetensors'],
    ['open_clip’s where config.json is timm’s', { architecture: 'vit' }, 'open_clip_model.safetensors'],
  ])('of a model in two layouts fetches the weights of one: %s', async (_, config, weights) => {
    const before = new Map(files);
    for (const [name, text] of [
      ['config.json', JSON.stringify(config)],
      ['open_clip_config.json', '{}'],
      ['open_clip_model.safetensors', 'weights'],
      ['open_clip_pytorch_model.safetensors', 'the same weights'],
      ['vocab.json', '{"a": 0}'],
      ['merges.txt', '#version'],
    ] as const)
      files.set(name, Buffer.from(text));
    fetched.length = 0;
    try {
      const cacheDir = await mkdtemp(join(folder, 'layouts-'));
      await hubFolder(REPO, { revision: REVISION, cacheDir, hubUrl });
      expect(fetched.filter((name) => name.endsWith('.safetensors'))).toEqual([weights]);
      expect(fetched).toEqual(expect.arrayContaining(['open_clip_config.json', 'vocab.json', 'merges.txt']));
    } finally {
      files.clear();
      for (const [name, bytes] of before) files.set(name, bytes);
    }
  });

  it('wants a commit, not a name that moves', async () => {
    await expect(hubFolder(REPO, { revision: 'main', hubUrl })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});
