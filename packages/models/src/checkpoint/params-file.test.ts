import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clip } from '../clip/clip.js';
import { CheckpointKeysError, ConfigError, ModelError, PickleError, SafetensorsError } from '../errors.js';
import type { Params } from '../params.js';
import { readSafetensors } from '../safetensors/read.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { tinyClip } from '../testing/tiny-clip.js';
import { videoMaeClassifier } from '../video-mae/classifier.js';
import { loadParams, type ParameterLayout, paramsFromTensors } from './params-file.js';

/** Few enough numbers to damage a file in interesting places. */
const model = videoMaeClassifier({
  imageSize: 2,
  patchSize: 1,
  numFrames: 1,
  tubeletSize: 1,
  hiddenSize: 2,
  numHiddenLayers: 1,
  numAttentionHeads: 1,
  intermediateSize: 2,
  layerNormEps: 1e-6,
  poolNormEps: 1e-6,
  labels: ['no', 'yes'],
});

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'params-'));
});
afterAll(() => rm(folder, { recursive: true }));

type Tensors = Record<string, WritableTensor>;

/** Numbers that no parameter shares with another: 1, 2, 3, … */
function counted({ parameters }: ParameterLayout): Tensors {
  let next = 0;
  const entries = parameters.map(({ name, shape }): [string, WritableTensor] => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return [name, { dtype: 'F32', shape, data: Float32Array.from({ length: size }, () => ++next) }];
  });
  return Object.fromEntries(entries);
}

async function numbers(params: Params): Promise<Record<string, number[]>> {
  const entries = Object.entries(params).map(async ([name, tensor]) => [name, [...(await tensor.data())]]);
  return Object.fromEntries(await Promise.all(entries));
}

function expected(tensors: Tensors): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

const BLOCK = 'videomae.encoder.layer.0';

describe('the names of the authors', () => {
  it('are read for Video MAE, query, key and value out of one matrix, and both biases by value', async () => {
    const tensors = counted(model);
    const f32 = (shape: number[], ...data: number[]): WritableTensor => ({
      dtype: 'F32',
      shape,
      data: Float32Array.from(data),
    });
    const official: Tensors = {
      'patch_embed.proj.weight': tensors['videomae.embeddings.patch_embeddings.projection.weight']!,
      'patch_embed.proj.bias': tensors['videomae.embeddings.patch_embeddings.projection.bias']!,
      'blocks.0.attn.qkv.weight': f32([6, 2], 11, 12, 13, 14, 21, 22, 23, 24, 31, 32, 33, 34),
      'blocks.0.attn.q_bias': f32([2], 0.5, -0.5),
      'blocks.0.attn.v_bias': f32([2], 0.25, -0.25),
      'fc_norm.weight': tensors['fc_norm.weight']!,
      'fc_norm.bias': tensors['fc_norm.bias']!,
      'head.weight': tensors['classifier.weight']!,
      'head.bias': tensors['classifier.bias']!,
    };
    for (const part of ['weight', 'bias']) {
      official[`blocks.0.norm1.${part}`] = tensors[`${BLOCK}.layernorm_before.${part}`]!;
      official[`blocks.0.norm2.${part}`] = tensors[`${BLOCK}.layernorm_after.${part}`]!;
      official[`blocks.0.attn.proj.${part}`] = tensors[`${BLOCK}.attention.output.dense.${part}`]!;
      official[`blocks.0.mlp.fc1.${part}`] = tensors[`${BLOCK}.intermediate.dense.${part}`]!;
      official[`blocks.0.mlp.fc2.${part}`] = tensors[`${BLOCK}.output.dense.${part}`]!;
    }
    const path = join(folder, 'official.safetensors');
    await writeSafetensors(path, official, {});
    const inner = `${BLOCK}.attention.attention`;
    expect(await numbers(await loadParams(path, model))).toEqual({
      ...expected(tensors),
      [`${inner}.query.weight`]: [11, 12, 13, 14],
      [`${inner}.key.weight`]: [21, 22, 23, 24],
      [`${inner}.value.weight`]: [31, 32, 33, 34],
      [`${inner}.q_bias`]: [0.5, -0.5],
      [`${inner}.v_bias`]: [0.25, -0.25],
    });

    const { 'blocks.0.attn.q_bias': _, ...without } = official;
    const wrong = { ...without, 'blocks.0.attn.k_bias': f32([2], 1, 2), 'head.bias': f32([3], 1, 2, 3) };
    await writeSafetensors(path, wrong, {});
    await expect(loadParams(path, model)).rejects.toMatchObject({
      missing: ['blocks.0.attn.q_bias'],
      unexpected: ['blocks.0.attn.k_bias'],
      mismatched: [{ name: 'head.bias', expected: [2], got: [3] }],
    });
  });

  it('are read for CLIP, the projections turned over, and the sizes beside them passed by', async () => {
    const tower = clip(tinyClip);
    const own = counted(tower);
    const official: Tensors = { input_resolution: { dtype: 'I64', shape: [], data: BigInt64Array.of(4n) } };
    for (const row of tower.official) {
      const { shape, data } = own[row.name]!;
      if (row.third === undefined) official[row.official] = own[row.name]!;
      else {
        const before = (official[row.official]?.data as Float32Array | undefined) ?? [];
        const joined = Float32Array.of(...before, ...(data as Float32Array));
        official[row.official] = {
          dtype: 'F32',
          shape: [shape[0]! * (row.third + 1), ...shape.slice(1)],
          data: joined,
        };
      }
    }
    // Stored as [in, out]: [12, 6] whose element (i, o) is that of the weight [6, 12] at (o, i).
    const weight = own['visual_projection.weight']!.data as Float32Array;
    const turned = Float32Array.from({ length: 72 }, (_, at) => weight[(at % 6) * 12 + Math.floor(at / 6)]!);
    official['visual.proj'] = { dtype: 'F32', shape: [12, 6], data: turned };
    const text = own['text_projection.weight']!.data as Float32Array;
    const turnedText = Float32Array.from({ length: 48 }, (_, at) => text[(at % 6) * 8 + Math.floor(at / 6)]!);
    official.text_projection = { dtype: 'F32', shape: [8, 6], data: turnedText };
    const path = join(folder, 'clip.safetensors');
    await writeSafetensors(path, official, {});
    expect(await numbers(await loadParams(path, tower))).toEqual(expected(own));
  });

  it('of transformers 5 are read too', async () => {
    const tensors = counted(model);
    const renamed = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name.replace('.q_bias', '.query.bias').replace('.v_bias', '.value.bias'),
        tensor,
      ]),
    );
    expect(renamed[`${BLOCK}.attention.attention.query.bias`]).toBeDefined();
    const path = join(folder, 'five.safetensors');
    await writeSafetensors(path, renamed, {});
    expect(await numbers(await loadParams(path, model))).toEqual(expected(tensors));
  });
});

describe('a checkpoint in shards', () => {
  async function sharded(name: string, change: (map: Record<string, unknown>) => void = () => {}) {
    const path = join(folder, name);
    await mkdir(path);
    const tensors = counted(model);
    const names = Object.keys(tensors);
    const map: Record<string, unknown> = {};
    for (const [index, part] of [names.slice(0, 5), names.slice(5)].entries()) {
      const file = `model-0000${index + 1}-of-00002.safetensors`;
      await writeSafetensors(
        join(path, file),
        Object.fromEntries(part.map((key) => [key, tensors[key]!])),
        {},
      );
      for (const key of part) map[key] = file;
    }
    change(map);
    const index = { metadata: { total_size: 1 }, weight_map: map };
    await writeFile(join(path, 'model.safetensors.index.json'), JSON.stringify(index));
    return path;
  }

  it('is read from its folder or its index', async () => {
    const path = await sharded('shards');
    expect(await numbers(await loadParams(path, model))).toEqual(expected(counted(model)));
    const index = join(path, 'model.safetensors.index.json');
    expect(await numbers(await loadParams(index, model))).toEqual(expected(counted(model)));
  });

  it('names the file that is not there, and tensors that are not where the index has them', async () => {
    const path = await sharded('astray', (map) => {
      map['classifier.bias'] = 'model-00001-of-00002.safetensors';
    });
    await expect(loadParams(path, model)).rejects.toMatchObject({
      where: join(path, 'model-00001-of-00002.safetensors'),
      missing: ['classifier.bias'],
    });
    await rm(join(path, 'model-00001-of-00002.safetensors'));
    await expect(loadParams(path, model)).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
  });

  it.each(['../model.safetensors', '/etc/passwd', 'model.bin', 7])('refuses %s as a file', async (file) => {
    const path = await sharded(`outside-${String(file).replaceAll('/', '-')}`, (map) => {
      map['classifier.bias'] = file;
    });
    await expect(loadParams(path, model)).rejects.toThrow(ConfigError);
  });
});

describe('numbers', () => {
  /** The counted tensors with two bytes a number: 1 sign, 8 exponent and 7 fraction bits, or IEEE's half. */
  function halves(dtype: 'F16' | 'BF16'): { bytes: Uint8Array; values: Record<string, number[]> } {
    const header: Record<string, unknown> = {};
    const words: number[] = [];
    const values: Record<string, number[]> = {};
    for (const [name, { shape, data }] of Object.entries(counted(model))) {
      const start = words.length * 2;
      values[name] = Array.from(data as Float32Array, (value) => {
        const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
        const exponent = (bits >>> 23) - 127;
        words.push(dtype === 'BF16' ? bits >>> 16 : ((exponent + 15) << 10) | ((bits >>> 13) & 0x3ff));
        return dtype === 'BF16'
          ? Math.trunc(Number(value) / 2 ** (exponent - 7)) * 2 ** (exponent - 7)
          : Number(value);
      });
      header[name] = { dtype, shape, data_offsets: [start, words.length * 2] };
    }
    const json = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + words.length * 2);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    for (const [index, word] of words.entries()) view.setUint16(8 + json.length + index * 2, word, true);
    return { bytes, values };
  }

  it.each(['F16', 'BF16'] as const)('of %s are widened', async (dtype) => {
    const { bytes, values } = halves(dtype);
    const { tensors } = await readSafetensors(bytes);
    expect(await numbers(paramsFromTensors(tensors, model, 'halves'))).toEqual(values);
  });

  it('that are not finite are refused', async () => {
    const tensors = counted(model);
    tensors['classifier.bias'] = { dtype: 'F32', shape: [2], data: Float32Array.of(1, Number.NaN) };
    const path = join(folder, 'nan.safetensors');
    await writeSafetensors(path, tensors, {});
    await expect(loadParams(path, model)).rejects.toThrow('tensor "classifier.bias": number 1 is not finite');
  });
});

describe('files of PyTorch', () => {
  it.each([
    ['an archive', [0x50, 0x4b, 0x03, 0x04, 0, 0]],
    ['a pickle', [0x80, 0x02, 0x8a, 0x0a, 0, 0]],
  ])('that are %s are not run; the error says how to convert', async (name, bytes) => {
    const path = join(folder, `${name}.pth`);
    await writeFile(path, Uint8Array.from(bytes));
    await expect(loadParams(path, model)).rejects.toThrow(PickleError);
    await expect(loadParams(path, model)).rejects.toThrow('from safetensors.torch import save_file');
  });

  it('are found in a folder without others', async () => {
    const path = join(folder, 'old');
    await mkdir(path);
    await writeFile(join(path, 'pytorch_model.bin'), Uint8Array.of(0x50, 0x4b, 3, 4));
    await expect(loadParams(path, model)).rejects.toMatchObject({
      code: 'CHECKPOINT_PICKLED',
      path: join(path, 'pytorch_model.bin'),
    });
  });
});

describe('10,000 damaged checkpoints', () => {
  it('are refused with a typed error, or hold finite numbers', async () => {
    const path = join(folder, 'damaged.safetensors');
    await writeSafetensors(path, counted(model), { format: 'pt' });
    const whole = new Uint8Array(await readFile(path));
    const headerEnd = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    const random = seededRandom('damaged checkpoints');
    const draw = (below: number) => Math.floor(random() * below);
    const seen: Record<string, number> = {};
    const before = tf.memory().numTensors;
    for (let round = 0; round < 10_000; round++) {
      let bytes = whole.slice();
      // One change in three is among the numbers, the others in front of them.
      const at = draw(3) === 0 ? headerEnd + draw(whole.length - headerEnd) : draw(headerEnd);
      if (draw(20) === 0) bytes = bytes.slice(0, at);
      else bytes[at] = bytes[at]! ^ (1 << draw(8));
      try {
        const { tensors } = await readSafetensors(bytes);
        const params = paramsFromTensors(tensors, model, 'damaged');
        for (const tensor of Object.values(params)) {
          expect(tensor.dataSync().every((value) => Number.isFinite(value))).toBe(true);
        }
        tf.dispose(params);
        seen.read = (seen.read ?? 0) + 1;
      } catch (error) {
        if (!(error instanceof SafetensorsError || error instanceof CheckpointKeysError)) throw error;
        expect(error).toBeInstanceOf(ModelError);
        seen[error.code] = (seen[error.code] ?? 0) + 1;
      }
    }
    expect(tf.memory().numTensors).toBe(before);
    // Each way out was taken.
    expect(Object.keys(seen).sort()).toEqual(['CHECKPOINT_KEYS_MISMATCH', 'SAFETENSORS_INVALID', 'read']);
  });
});
