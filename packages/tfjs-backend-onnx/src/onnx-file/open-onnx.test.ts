import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from '../export/export-onnx.js';
import { onnxEngine } from '../onnx-engine.js';
import { type OnnxFile, openOnnx } from './open-onnx.js';

let folder: string;
let file: OnnxFile;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-onnx-'));
  await onnxEngine();
  const slope = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const line = ({ x, row }: { x: tf.Tensor; row: tf.Tensor }) => ({
    y: tf.matMul(x, slope),
    picked: tf.gather(slope, row as tf.Tensor1D),
  });
  const path = join(folder, 'line.onnx');
  await exportOnnx(line, { x: tf.zeros([1, 2]), row: tf.zeros([1], 'int32') }, path);
  file = await openOnnx(path, { threads: 1 });
});
afterAll(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

const x = { shape: [1, 2], data: Float32Array.of(10, 1) };
const row = { shape: [1], data: Int32Array.of(1) };

describe('openOnnx', () => {
  it('tells what a file takes and gives, and runs it', async () => {
    expect(file.inputs).toEqual([
      { name: 'row', type: 'int32', shape: [1] },
      { name: 'x', type: 'float32', shape: [1, 2] },
    ]);
    expect(file.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['picked', [1, 2]],
      ['y', [1, 2]],
    ]);
    expect(await file.run({ x, row })).toEqual({
      y: { shape: [1, 2], data: Float32Array.of(13, 24) },
      picked: { shape: [1, 2], data: Float32Array.of(3, 4) },
    });
    expect(Object.keys(await file.run({ x, row }, ['picked']))).toEqual(['picked']);
  });

  it.each([
    ['an input is missing', () => file.run({ x }), 'OPTION_INVALID'],
    ['an input is not known', () => file.run({ x, row, z: row }), 'OPTION_INVALID'],
    ['an output is not known', () => file.run({ x, row }, ['z']), 'OPTION_INVALID'],
    ['numbers do not fill a shape', () => file.run({ x: { ...x, shape: [2, 2] }, row }), 'ONNX_SHAPE'],
    ['a shape is not the model’s', () => file.run({ x: { ...x, shape: [2, 1] }, row }), 'ONNX_RUNTIME'],
    [
      'numbers are of another type',
      () => file.run({ x: { shape: [1], data: Uint8Array.of(1) as never }, row }),
      'ONNX_UNSUPPORTED_TYPE',
    ],
    ['an input is a list', () => file.run({ x: [10, 1] as never, row }), 'OPTION_INVALID'],
    ['an input is nothing', () => file.run({ x: null as never, row }), 'OPTION_INVALID'],
    ['no input is given', () => file.run(undefined as never), 'OPTION_INVALID'],
    [
      'numbers are a list',
      () => file.run({ x: { ...x, data: [10, 1] as never }, row }),
      'ONNX_UNSUPPORTED_TYPE',
    ],
    ['there is no file', () => openOnnx(join(folder, 'none.onnx')), 'FILE_FAILED'],
    [
      'the file is no model',
      async () => {
        await writeFile(join(folder, 'words.onnx'), 'words');
        return openOnnx(join(folder, 'words.onnx'));
      },
      'ONNX_RUNTIME',
    ],
  ])('refuses when %s', async (_, call, code) => {
    await expect(call()).rejects.toMatchObject({ code, where: expect.stringContaining(folder) });
  });
});
