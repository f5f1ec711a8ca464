import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointKeysError } from '../errors.js';
import { IMAGENET_PIXELS, SYMMETRIC_PIXELS } from '../pixels.js';
import { readSafetensors } from '../safetensors/read.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { numbers } from '../testing/counted-tensors.js';
import { hasParity, parityJson, parityTensors } from '../testing/parity.js';
import { videoMaeClassifier } from '../video-mae/classifier.js';
import type { VideoMaeConfig } from '../video-mae/config.js';
import { type VideoMae, videoMae } from '../video-mae/video-mae.js';
import { loadVideoMaeClassifier, saveVideoMaeClassifier } from './classifier-checkpoint.js';
import {
  loadVideoMae,
  loadVideoMaeEncoder,
  saveVideoMae,
  saveVideoMaeEncoder,
} from './video-mae-checkpoint.js';

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

/** The encoder of a model, of the configuration that a checkpoint of it has. */
async function encoderOf(model: VideoMae) {
  const path = join(folder, 'whole');
  await saveVideoMae(path, model, model.init(seededRandom('whole')));
  return loadVideoMaeEncoder(path);
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

  it('give back an encoder alone, without what is learned beside it', async () => {
    const whole = videoMae(config, { pixels: SYMMETRIC_PIXELS });
    const { model } = await encoderOf(whole);
    const params = model.init(seededRandom('encoder'));
    const path = join(folder, 'encoder');
    await saveVideoMaeEncoder(path, model, { ...params, 'view_contrast.prototypes': tf.zeros([2, 2]) });
    const loaded = await loadVideoMaeEncoder(path);
    expect(loaded.model.config).toEqual(model.config);
    expect(loaded.model.pixels).toEqual(SYMMETRIC_PIXELS);
    expect(await numbers(loaded.params)).toEqual(await numbers(params));
    expect(await json('encoder', 'config.json')).toMatchObject({ architectures: ['VideoMAEModel'] });
    expect(await json('encoder', 'config.json')).not.toHaveProperty('decoder_hidden_size');
    await expect(loadVideoMae(path)).rejects.toThrow('loadVideoMaeEncoder opens the encoder alone');
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
      `${preprocessor}, key image_std: expected three numbers above 0, got [0.5, 0, 0.5]`,
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
    await expect(loadVideoMae(path)).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
  });

  it.each([
    [{ model_type: 'vit' }, 'model_type: expected "videomae", got "vit". The model is of another kind.'],
    [{ num_channels: 1 }, 'num_channels: expected 3, got 1. Frames are RGB here.'],
    [{ hidden_act: 'relu' }, 'hidden_act: expected "gelu" or "gelu_python", got "relu".'],
    [{ hidden_size: 9 }, 'hidden_size: expected a multiple of num_attention_heads (2), got 9.'],
    [{ image_size: 5 }, 'image_size: expected a multiple of patch_size (2), got 5.'],
    [{ image_size: [4, 6] }, 'image_size: expected one length, or two that are equal'],
    [{ layer_norm_eps: 'small' }, 'layer_norm_eps: expected a number above 0, got "small".'],
    [{ qv_bias: 'yes', qkv_bias: undefined }, 'qkv_bias: expected true or false, got "yes".'],
    [{ pruned_heads: { 0: [1] } }, 'pruned_heads: expected no pruned heads'],
    [{ quantization_config: { bits: 8 } }, 'quantization_config: expected no such key, got { bits: 8 }.'],
  ])('refuse a config.json with %o', async (change, message) => {
    const path = await changed('config', () => {}, change);
    await expect(loadVideoMae(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(loadVideoMae(path)).rejects.toThrow(`${join(path, 'config.json')}, key ${message}`);
  });

  it('say which file is not there, and which is no JSON', async () => {
    const empty = join(folder, 'empty');
    await expect(loadVideoMae(empty)).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FOUND',
      where: join(empty, 'config.json'),
    });
    const path = await changed('partial', () => {});
    await rm(join(path, 'model.safetensors'));
    await expect(loadVideoMae(path)).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
    await writeFile(join(path, 'config.json'), '{');
    await expect(loadVideoMae(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('what Python writes by default', () => {
  it('is read: pooling by the mean, so no norm after the encoder', async () => {
    const path = await changed('defaults', (tensors) => {
      delete tensors['videomae.layernorm.weight'];
      delete tensors['videomae.layernorm.bias'];
    });
    const { use_mean_pooling, qkv_bias, ...silent } = await json('defaults', 'config.json');
    expect([use_mean_pooling, qkv_bias]).toEqual([false, true]);
    const beside = {
      torch_dtype: 'float16',
      dtype: 'float32',
      norm_pix_loss: true,
      use_return_dict: true,
      attention_probs_dropout_prob: 0.1,
      initializer_range: 0.02,
      problem_type: 'single_label_classification',
      transformers_version: '5.18.0',
      pruned_heads: {},
      id2label: { 0: 'LABEL_0' },
      image_size: [4, 4],
      qv_bias: true,
    };
    await writeFile(join(path, 'config.json'), JSON.stringify({ ...silent, ...beside }));
    const { model, params } = await loadVideoMae(path);
    expect(model.config).toEqual({ ...config, useMeanPooling: true });
    expect(Object.keys(params)).not.toContain('videomae.layernorm.weight');

    await saveVideoMae(join(folder, 'defaults again'), model, params);
    const again = await loadVideoMae(join(folder, 'defaults again'));
    expect(again.model.config).toEqual(model.config);
    expect(await numbers(again.params)).toEqual(await numbers(params));
  });

  it('is read without biases of query and value', async () => {
    const path = await changed(
      'no biases',
      (tensors) => {
        for (const name of Object.keys(tensors)) if (/\.[qv]_bias$/.test(name)) delete tensors[name];
      },
      { qkv_bias: false },
    );
    const { model, params } = await loadVideoMae(path);
    expect(model.config).toEqual({ ...config, qkvBias: false });
    const zeros = videoMae(config).parameters.filter(({ name }) => /\.[qv]_bias$/.test(name));
    expect(zeros.length).toBe(4);
    const withZeros = {
      ...params,
      ...Object.fromEntries(zeros.map((z) => [z.name, tf.zeros([...z.shape])])),
    };
    const tokens = tf.randomUniform<tf.Rank.R3>([1, 3, 12], 0, 1, 'float32', 1);
    const [seen, masked] = [[[0, 3, 5]], [[1, 7]]].map((rows) => tf.tensor2d(rows, undefined, 'int32'));
    const outputs = [
      [model, params],
      [videoMae(config), withZeros],
    ] as const;
    const [without, with0] = outputs.map(([one, weights]) => [
      ...one.decode(weights, one.encode(weights, tokens, seen!), seen!, masked!).dataSync(),
    ]);
    expect(without).toEqual(with0);
  });
});

describe('a folder of another kind', () => {
  const key = 'has no "use_mean_pooling", so true';
  it.each([
    [{ use_mean_pooling: undefined }, `config.json ${key}, but the file has a norm after the encoder`],
    [{ use_mean_pooling: true }, '"use_mean_pooling": false fits.'],
    [{ qkv_bias: false }, 'config.json says "qkv_bias": false, but the file has biases of query and value'],
  ])('is told by the key that does not fit: %j', async (change, message) => {
    const path = await changed('unfit', () => {}, change);
    await expect(loadVideoMae(path)).rejects.toMatchObject({ code: 'CHECKPOINT_KEYS_MISMATCH' });
    await expect(loadVideoMae(path)).rejects.toThrow(message);
  });

  it('is told by the loader that opens it', async () => {
    const { decoderHiddenSize: _, decoderNormEps: __, ...rest } = config;
    const encoder = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('decoder')));
    const labels = ['a', 'b'];
    const classifier = videoMaeClassifier({ ...(encoder as typeof rest), poolNormEps: 1e-6, labels });
    const params = classifier.init(seededRandom('classifier'));
    const fineTuned = join(folder, 'fine-tuned');
    await saveVideoMaeClassifier(fineTuned, classifier, params);
    await expect(loadVideoMae(fineTuned)).rejects.toThrow(
      'The folder holds a classifier ("architectures" of config.json: ["VideoMAEForVideoClassification"]): ' +
        'loadVideoMaeClassifier opens it, loadVideoMaeEncoder its encoder.',
    );
    const opened = await loadVideoMaeEncoder(fineTuned);
    expect(opened.model.config.useMeanPooling).toBe(true);
    const { 'fc_norm.weight': _w, 'fc_norm.bias': _b, ...saved } = await numbers(params);
    const { 'classifier.weight': _cw, 'classifier.bias': _cb, ...blocks } = saved;
    expect(await numbers(opened.params)).toEqual(blocks);

    const pretraining = await changed('pre-training', () => {});
    await expect(loadVideoMaeClassifier(pretraining)).rejects.toThrow('loadVideoMae opens it');
    const bare = await changed('bare', (tensors) => {
      for (const [name, tensor] of Object.entries(tensors)) {
        delete tensors[name];
        if (name.startsWith('videomae.')) tensors[name.slice('videomae.'.length)] = tensor;
      }
    });
    await expect(loadVideoMae(bare)).rejects.toThrow('loadVideoMaeEncoder opens the encoder alone.');
    await expect(loadVideoMaeClassifier(bare)).rejects.toThrow('loadVideoMaeEncoder opens it');
    const { model, params: weights } = await loadVideoMaeEncoder(bare);
    expect(Object.keys(weights)).toEqual(model.parameters.map(({ name }) => name));
  });

  it('is not guessed at where the encoder is not there either', async () => {
    const path = await changed('no tensors', (tensors) => {
      for (const name of Object.keys(tensors)) delete tensors[name];
    });
    const loading = loadVideoMae(path);
    await expect(loading).rejects.toMatchObject({ code: 'CHECKPOINT_KEYS_MISMATCH', unexpected: [] });
    await expect(loading).rejects.not.toThrow('loadVideoMaeEncoder');
  });

  it('takes a scale of pixels instead of what its files say', async () => {
    const path = await changed('own pixels', () => {});
    await writeFile(join(path, 'preprocessor_config.json'), JSON.stringify({ do_pad: true, size: 5 }));
    await expect(loadVideoMae(path)).rejects.toThrow('load with { pixels: { mean, std } }');
    expect((await loadVideoMae(path, { pixels: SYMMETRIC_PIXELS })).model.pixels).toEqual(SYMMETRIC_PIXELS);
    const wrong = { pixels: { mean: [0, 0, 0], std: [1, 1, 0] } } as const;
    await expect(loadVideoMae(path, wrong)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(loadVideoMae(path, { scale: 1 } as object)).rejects.toThrow('option scale');
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
    await rm(join(path, 'preprocessor_config.json'));
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
