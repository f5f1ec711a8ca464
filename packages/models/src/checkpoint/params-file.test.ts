import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../errors.js';
import { readSafetensors } from '../safetensors/read.js';
import { writeSafetensors } from '../safetensors/write.js';
import { counted, countedModel, numbers } from '../testing/counted-tensors.js';
import { loadParams, paramsFromTensors } from './params-file.js';

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'params-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('numbers', () => {
  /** The counted tensors with two bytes a number: 1 sign, 8 exponent and 7 fraction bits, or IEEE's half. */
  function halves(dtype: 'F16' | 'BF16'): { bytes: Uint8Array; values: Record<string, number[]> } {
    const header: Record<string, unknown> = {};
    const words: number[] = [];
    const values: Record<string, number[]> = {};
    for (const [name, { shape, data }] of Object.entries(counted(countedModel))) {
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
    expect(await numbers(paramsFromTensors(tensors, countedModel, 'halves'))).toEqual(values);
  });

  it('that are not finite are refused', async () => {
    const tensors = counted(countedModel);
    tensors['classifier.bias'] = { dtype: 'F32', shape: [2], data: Float32Array.of(1, Number.NaN) };
    const path = join(folder, 'nan.safetensors');
    await writeSafetensors(path, tensors, {});
    await expect(loadParams(path, countedModel)).rejects.toThrow(
      'tensor "classifier.bias": expected finite numbers, got NaN at 1.',
    );
  });
});

describe('files of PyTorch', () => {
  it.each([
    ['an archive', [0x50, 0x4b, 0x03, 0x04, 0, 0]],
    ['a pickle', [0x80, 0x02, 0x8a, 0x0a, 0, 0]],
  ])('that are %s are not run; the error says how to convert', async (name, bytes) => {
    const path = join(folder, `${name}.pth`);
    await writeFile(path, Uint8Array.from(bytes));
    await expect(loadParams(path, countedModel)).rejects.toMatchObject({ code: 'CHECKPOINT_PICKLED' });
    await expect(loadParams(path, countedModel)).rejects.toThrow('from safetensors.torch import save_file');
  });

  it('are found in a folder without others', async () => {
    const path = join(folder, 'old');
    await mkdir(path);
    await writeFile(join(path, 'pytorch_model.bin'), Uint8Array.of(0x50, 0x4b, 3, 4));
    await expect(loadParams(path, countedModel)).rejects.toMatchObject({
      code: 'CHECKPOINT_PICKLED',
      where: join(path, 'pytorch_model.bin'),
    });
  });
});

describe('10,000 damaged checkpoints', () => {
  it('are refused with a typed error, or hold finite numbers', async () => {
    const path = join(folder, 'damaged.safetensors');
    await writeSafetensors(path, counted(countedModel), { format: 'pt' });
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
        const params = paramsFromTensors(tensors, countedModel, 'damaged');
        for (const tensor of Object.values(params)) {
          expect(tensor.dataSync().every((value) => Number.isFinite(value))).toBe(true);
        }
        tf.dispose(params);
        seen.read = (seen.read ?? 0) + 1;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        expect(['SAFETENSORS_INVALID', 'CHECKPOINT_KEYS_MISMATCH']).toContain(error.code);
        seen[error.code] = (seen[error.code] ?? 0) + 1;
      }
    }
    expect(tf.memory().numTensors).toBe(before);
    // Each way out was taken.
    expect(Object.keys(seen).sort()).toEqual(['CHECKPOINT_KEYS_MISMATCH', 'SAFETENSORS_INVALID', 'read']);
  }, 60_000);
});
