import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipModel } from '../clip-model/clip-model.js';
import { type WritableTensor, writeSafetensors } from '../safetensors/write.js';
import { counted, countedModel, expected, numbers, type Tensors } from '../testing/counted-tensors.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { loadParams } from './params-file.js';

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'params-'));
});
afterAll(() => rm(folder, { recursive: true }));

const BLOCK = 'videomae.encoder.layer.0';

describe('the names of the authors', () => {
  it('are read for Video MAE, query, key and value out of one matrix, and both biases by value', async () => {
    const tensors = counted(countedModel);
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
    expect(await numbers(await loadParams(path, countedModel))).toEqual({
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
    await expect(loadParams(path, countedModel)).rejects.toMatchObject({
      missing: ['blocks.0.attn.q_bias'],
      unexpected: ['blocks.0.attn.k_bias'],
      mismatched: [{ name: 'head.bias', expected: [2], got: [3] }],
    });
  });

  it('are read for CLIP, the projections turned over, and the sizes beside them passed by', async () => {
    const tower = clipModel(tinyClipModel);
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
    const tensors = counted(countedModel);
    const renamed = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name.replace('.q_bias', '.query.bias').replace('.v_bias', '.value.bias'),
        tensor,
      ]),
    );
    expect(renamed[`${BLOCK}.attention.attention.query.bias`]).toBeDefined();
    const path = join(folder, 'five.safetensors');
    await writeSafetensors(path, renamed, {});
    expect(await numbers(await loadParams(path, countedModel))).toEqual(expected(tensors));
  });
});
