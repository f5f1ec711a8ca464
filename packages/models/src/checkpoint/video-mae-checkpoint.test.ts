import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointKeysError, CheckpointNotFoundError, ConfigError, SafetensorsError } from '../errors.js';
import { IMAGENET_PIXELS, SYMMETRIC_PIXELS } from '../pixels.js';
import { readSafetensors } from '../safetensors/read.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { numbers } from '../testing/counted-tensors.js';
import { hasParity, parityJson, parityTensors } from '../testing/parity.js';
import type { VideoMaeConfig } from '../video-mae/config.js';
import { videoMae } from '../video-mae/video-mae.js';
import { loadVideoMae, saveVideoMae } from './video-mae-checkpoint.js';

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

const config: VideoMaeConfig = {
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
};

async function json(...path: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(folder, ...path), 'utf8'));
}

/** Saves a tiny model and changes its files. */
async function changed(
  name: string,
  changeTensors: (tensors: Record<string, WritableTensor>) => void,
  changeConfig: Record<string, unknown> = {},
): Promise<string> {
  const path = join(folder, name);
  const model = videoMae(config);
  const params = model.init(seededRandom(name));
  await saveVideoMae(path, model, params);
  tf.dispose(params);
  const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
  const copy = { ...tensors } as Record<string, WritableTensor>;
  changeTensors(copy);
  await writeSafetensors(join(path, 'model.safetensors'), copy, {});
  const written = { ...(await json(name, 'config.json')), ...changeConfig };
  await writeFile(join(path, 'config.json'), JSON.stringify(written));
  return path;
}

describe('saveVideoMae and loadVideoMae', () => {
  it('give back the model and its parameters, without those of others', async () => {
    const model = videoMae(config);
    const params = model.init(seededRandom('save'));
    await saveVideoMae(join(folder, 'mae'), model, { ...params, 'contrastive.scale': tf.scalar(1) });
    const loaded = await loadVideoMae(join(folder, 'mae'));
    expect(loaded.model.config).toEqual(config);
    expect(await numbers(loaded.params)).toEqual(await numbers(params));
    expect(await json('mae', 'config.json')).toMatchObject({
      architectures: ['VideoMAEForPreTraining'],
      model_type: 'videomae',
      use_mean_pooling: false,
      qkv_bias: true,
      hidden_act: 'gelu',
      num_channels: 3,
      hidden_size: 8,
      decoder_num_hidden_layers: 1,
      layer_norm_eps: 1e-6,
    });
    const { metadata } = await readSafetensors(join(folder, 'mae', 'model.safetensors'));
    expect(metadata).toEqual({ format: 'pt' });
  });

  it('keep the scale of pixels where Hugging Face looks for it', async () => {
    const model = videoMae(config, { pixels: SYMMETRIC_PIXELS });
    await saveVideoMae(join(folder, 'pixels'), model, model.init(seededRandom('pixels')));
    expect(await json('pixels', 'preprocessor_config.json')).toMatchObject({
      image_processor_type: 'VideoMAEImageProcessor',
      size: { shortest_edge: 4 },
      crop_size: { height: 4, width: 4 },
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    });
    expect((await loadVideoMae(join(folder, 'pixels'))).model.pixels).toEqual(SYMMETRIC_PIXELS);
    const preprocessor = join(folder, 'pixels', 'preprocessor_config.json');
    await writeFile(preprocessor, JSON.stringify({ image_std: [0.5, 0, 0.5] }));
    await expect(loadVideoMae(join(folder, 'pixels'))).rejects.toThrow(
      `${preprocessor}: image_std must be three numbers above 0, got [0.5,0,0.5]`,
    );
    await rm(preprocessor);
    expect((await loadVideoMae(join(folder, 'pixels'))).model.pixels).toEqual(IMAGENET_PIXELS);
  });

  it('refuse to save a record without all parameters', async () => {
    const model = videoMae(config);
    const { mask_token: _, ...params } = model.init(seededRandom('save'));
    const wrong = { ...params, 'decoder.norm.bias': tf.zeros([5]) };
    await expect(saveVideoMae(join(folder, 'unsaved'), model, wrong)).rejects.toMatchObject({
      code: 'CHECKPOINT_KEYS_MISMATCH',
      missing: ['mask_token'],
      mismatched: [{ name: 'decoder.norm.bias', expected: [4], got: [5] }],
    });
    await expect(readFile(join(folder, 'unsaved', 'model.safetensors'))).rejects.toThrow('ENOENT');
  });

  it('list every tensor that is missing, unexpected or of another shape in one error', async () => {
    const path = await changed('strict', (tensors) => {
      delete tensors.mask_token;
      delete tensors['decoder.head.bias'];
      tensors['classifier.weight'] = { dtype: 'F32', shape: [1], data: new Float32Array(1) };
      tensors['decoder.norm.bias'] = { dtype: 'F32', shape: [2, 2], data: new Float32Array(4) };
    });
    const before = tf.memory().numTensors;
    const error = await loadVideoMae(path).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CheckpointKeysError);
    expect(error).toMatchObject({
      missing: ['mask_token', 'decoder.head.bias'],
      unexpected: ['classifier.weight'],
      mismatched: [{ name: 'decoder.norm.bias', expected: [4], got: [2, 2] }],
    });
    expect(error.message).toContain(
      '2 missing: mask_token, decoder.head.bias; 1 unexpected: classifier.weight; ' +
        '1 of another shape: decoder.norm.bias (expected [4], got [2,2])',
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('let old buffers of positions pass, and read double precision', async () => {
    const path = await changed('tolerated', (tensors) => {
      const name = 'videomae.embeddings.position_ids';
      tensors[name] = { dtype: 'I64', shape: [1, 2], data: BigInt64Array.of(0n, 1n) };
      tensors['decoder.norm.bias'] = { dtype: 'F64', shape: [4], data: Float64Array.of(0.5, 1, 2, 3) };
    });
    const { params } = await loadVideoMae(path);
    expect([...(await params['decoder.norm.bias']!.data())]).toEqual([0.5, 1, 2, 3]);
    expect(params['decoder.norm.bias']!.dtype).toBe('float32');
  });

  it('refuse whole numbers as parameters', async () => {
    const path = await changed('whole', (tensors) => {
      tensors['decoder.norm.bias'] = { dtype: 'I32', shape: [4], data: new Int32Array(4) };
    });
    await expect(loadVideoMae(path)).rejects.toThrow(SafetensorsError);
  });

  it.each([
    [{ use_mean_pooling: true }, 'useMeanPooling must be false, got true'],
    [{ model_type: 'vit' }, 'modelType must be "videomae", got "vit"'],
    [{ num_channels: 1 }, 'numChannels must be 3, got 1'],
    [{ hidden_size: 9 }, 'hiddenSize must be a multiple of numAttentionHeads (2), got 9'],
    [{ layer_norm_eps: 'small' }, 'layerNormEps must be a number above 0, got "small"'],
  ])('refuse a config.json with %o', async (change, message) => {
    const path = await changed('config', () => {}, change);
    await expect(loadVideoMae(path)).rejects.toThrow(ConfigError);
    await expect(loadVideoMae(path)).rejects.toThrow(`${join(path, 'config.json')}: ${message}`);
  });

  it('say which file is not there, and which is no JSON', async () => {
    const empty = join(folder, 'empty');
    await expect(loadVideoMae(empty)).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      path: join(empty, 'config.json'),
    });
    const path = await changed('partial', () => {});
    await rm(join(path, 'model.safetensors'));
    await expect(loadVideoMae(path)).rejects.toThrow(CheckpointNotFoundError);
    await writeFile(join(path, 'config.json'), '{');
    await expect(loadVideoMae(path)).rejects.toThrow(ConfigError);
  });
});

describe.skipIf(!hasParity)('a checkpoint as published', () => {
  it("opens with Hugging Face's names, its config and its epsilons", async () => {
    const file = await parityTensors('checkpoint-names');
    const tensors = Object.fromEntries(
      Object.entries(file.tensors)
        .filter(([name]) => name.startsWith('hf_videomae/'))
        .map(([name, tensor]) => [name.slice('hf_videomae/'.length), tensor as WritableTensor]),
    );
    const path = await changed('published', () => {});
    await writeSafetensors(join(path, 'model.safetensors'), tensors, { format: 'pt' });
    const published = parityJson('checkpoint-names').videomae.pretraining.config;
    const small = {
      hidden_size: 48,
      num_hidden_layers: 3,
      num_attention_heads: 3,
      intermediate_size: 192,
      decoder_hidden_size: 32,
      decoder_num_hidden_layers: 2,
      decoder_num_attention_heads: 2,
      decoder_intermediate_size: 128,
    };
    await writeFile(
      join(path, 'config.json'),
      JSON.stringify({ ...published, ...small, torch_dtype: 'float32' }),
    );
    const { model, params } = await loadVideoMae(path);
    expect(model.config).toMatchObject({ layerNormEps: 1e-12, decoderNormEps: 1e-5, imageSize: 224 });
    expect(Object.keys(params).length).toBe(85);
    const expected = tensors['decoder.head.weight']!;
    expect(await params['decoder.head.weight']!.data()).toEqual(expected.data);
  });
});
