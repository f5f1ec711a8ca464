import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPatchCodebook, savePatchCodebook } from '../checkpoint/patch-codebook-checkpoint.js';
import type { Params } from '../params.js';
import { IMAGENET_PIXELS, SYMMETRIC_PIXELS } from '../pixels.js';
import { TINY_PATCH_CODEBOOK } from '../testing/tiny-patch-codebook.js';
import { patchCodebook } from './patch-codebook.js';

type Matrix = number[][];

/** x weightᵀ + bias, in doubles. */
const linear = (rows: Matrix, weight: Matrix, bias: number[]): Matrix =>
  rows.map((row) =>
    weight.map((line, out) => line.reduce((sum, value, at) => sum + value * row[at]!, bias[out]!)),
  );
const relu = (rows: Matrix): Matrix => rows.map((row) => row.map((value) => Math.max(0, value)));

/** The parameters as nested arrays, and with biases that are not 0. */
async function drawn(model: ReturnType<typeof patchCodebook>) {
  const random = seededRandom('patch codebook');
  const params = Object.fromEntries(
    model.parameters.map(({ name, shape }) => {
      const size = shape.reduce((product, side) => product * side, 1);
      const values = Float32Array.from({ length: size }, () => random() - 0.5);
      return [name, tf.tensor(values, [...shape])];
    }),
  );
  const arrays = Object.fromEntries(
    await Promise.all(Object.entries(params).map(async ([name, each]) => [name, await each.array()])),
  ) as Record<string, never>;
  return { params: params as Params, arrays };
}

const ENGINES = [
  { name: 'cpu', make: () => cpuEngine() },
  { name: 'onnx', make: () => onnxEngine({ threads: 1 }) },
];

describe.each(ENGINES)('a codebook on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it.each([undefined, 7])(
    'maps tokens to codes and back as loops in doubles do, hidden width %s',
    async (hiddenSize) => {
      const model = patchCodebook({ ...TINY_PATCH_CODEBOOK, ...(hiddenSize && { hiddenSize }) });
      const { params, arrays } = await drawn(model);
      const random = seededRandom('tokens');
      const numbers = Float32Array.from({ length: 2 * 8 * model.tokenSize }, () => 2 * random() - 1);
      const tokens = tf.tensor3d(numbers, [2, 8, model.tokenSize]);
      const run = engine.compile((given: { params: Params; tokens: tf.Tensor3D }) => {
        const encoded = model.encode(given.params, given.tokens);
        const nearest = model.nearest(given.params, encoded);
        const codes = model.codesOf(given.params, nearest);
        return { encoded, nearest, codes, decoded: model.decode(given.params, codes) };
      });
      const found = await run({ params, tokens });

      const through = (part: string, rows: Matrix): Matrix => {
        const first = linear(rows, arrays[`${part}.layer0.weight`]!, arrays[`${part}.layer0.bias`]!);
        if (!hiddenSize) return first;
        return linear(relu(first), arrays[`${part}.layer1.weight`]!, arrays[`${part}.layer1.bias`]!);
      };
      const rows = (await tf.reshape(tokens, [16, -1]).array()) as Matrix;
      const encoded = through('encoder', rows);
      const codes: Matrix = arrays.codes!;
      const distance = (a: number[], b: number[]) =>
        a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0);
      const nearest = encoded.map((row) => {
        const distances = codes.map((code) => distance(row, code));
        return distances.indexOf(Math.min(...distances));
      });
      const decoded = through(
        'decoder',
        nearest.map((number) => codes[number]!),
      );
      const close = async (tensor: tf.Tensor, expected: Matrix) => {
        const values = await tensor.data();
        expected.flat().forEach((value, at) => {
          expect(Math.abs(values[at]! - value)).toBeLessThan(1e-5);
        });
      };
      expect(new Set(nearest).size).toBeGreaterThan(2);
      expect([...(await found.nearest.data())]).toEqual(nearest);
      expect(found.nearest.dtype).toBe('int32');
      await close(found.encoded, encoded);
      await close(
        found.codes,
        nearest.map((number) => codes[number]!),
      );
      await close(found.decoded, decoded);
      tf.dispose([tokens, found, params as tf.NamedTensorMap]);
    },
  );
});

describe('patchCodebook', () => {
  it('tells its grid, the size of a token and its parameters', () => {
    const { grid, tokenSize, parameters, pixels } = patchCodebook({ ...TINY_PATCH_CODEBOOK, hiddenSize: 7 });
    expect(grid).toEqual({ slices: 2, rows: 2, columns: 2 });
    expect(tokenSize).toBe(24);
    expect(pixels).toEqual(SYMMETRIC_PIXELS);
    expect(parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['encoder.layer0.weight', [7, 24]],
      ['encoder.layer0.bias', [7]],
      ['encoder.layer1.weight', [3, 7]],
      ['encoder.layer1.bias', [3]],
      ['decoder.layer0.weight', [7, 3]],
      ['decoder.layer0.bias', [7]],
      ['decoder.layer1.weight', [24, 7]],
      ['decoder.layer1.bias', [24]],
      ['codes', [5, 3]],
    ]);
  });

  it('takes the lower number of two codes that are as near', async () => {
    await cpuEngine();
    const model = patchCodebook(TINY_PATCH_CODEBOOK);
    const codes = tf.tensor2d([9, 9, 9, 1, 0, 0, -1, 0, 0, 1, 0, 0, 9, 9, 9], [5, 3]);
    const numbers = model.nearest({ codes }, tf.zeros([1, 1, 3]));
    expect([...(await numbers.data())]).toEqual([1]);
  });

  it('refuses tensors of other shapes', async () => {
    await cpuEngine();
    const model = patchCodebook(TINY_PATCH_CODEBOOK);
    const params = model.init(seededRandom('shapes'));
    for (const [where, call] of [
      ['encode, tokens', () => model.encode(params, tf.zeros([1, 2, 23]))],
      ['nearest, encoded', () => model.nearest(params, tf.zeros([1, 2, 4]))],
      ['codesOf, numbers', () => model.codesOf(params, tf.zeros([1, 2]))],
      ['decode, codes', () => model.decode(params, tf.zeros([2, 3]) as never)],
    ] as const) {
      expect(call).toThrow(expect.objectContaining({ code: 'INPUT_SHAPE', where }));
    }
    expect(() => model.nearest({}, tf.zeros([1, 1, 3]))).toThrow(
      expect.objectContaining({ code: 'PARAMETER_MISSING' }),
    );
  });
});

describe('a checkpoint of a codebook', () => {
  let folder: string;
  beforeAll(async () => {
    await cpuEngine();
    folder = await mkdtemp(join(tmpdir(), 'tgm-codebook-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is opened as it was saved, codes and scale of pixels included', async () => {
    const model = patchCodebook({ ...TINY_PATCH_CODEBOOK, hiddenSize: 7 }, { pixels: IMAGENET_PIXELS });
    const params = model.init(seededRandom('saved'));
    await savePatchCodebook(join(folder, 'one'), model, { ...params, 'head.weight': tf.zeros([2]) });
    const opened = await loadPatchCodebook(join(folder, 'one'));
    expect(opened.model.describe()).toEqual(model.describe());
    expect(Object.keys(opened.params)).toEqual(Object.keys(params));
    for (const [name, tensor] of Object.entries(params)) {
      expect(await opened.params[name]!.array()).toEqual(await tensor.array());
    }
  });

  it('is not saved without its codes, nor opened as another model', async () => {
    const model = patchCodebook(TINY_PATCH_CODEBOOK);
    const { codes: _codes, ...params } = model.init(seededRandom('saved'));
    await expect(savePatchCodebook(join(folder, 'two'), model, params)).rejects.toMatchObject({
      code: 'CHECKPOINT_KEYS_MISMATCH',
      missing: ['codes'],
    });
    const path = join(folder, 'one', 'config.json');
    const json = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...json, codes: 0.5 }));
    await expect(loadPatchCodebook(join(folder, 'one'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      where: `${path}, key codes`,
    });
    await writeFile(path, JSON.stringify({ ...json, model_type: 'videomae' }));
    await expect(loadPatchCodebook(join(folder, 'one'))).rejects.toMatchObject({
      where: `${path}, key model_type`,
    });
  });
});
