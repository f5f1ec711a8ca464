import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom, similarityMaps } from '@tgm/masking';
import { cpuEngine, exportOnnx, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipModel } from '../clip-model/clip-model.js';
import { clipModelPatchTextEncoder } from '../clip-model/patch-text-encoder.js';
import { exportClipModelText } from '../export/export-model.js';
import { patchifyPixels } from '../export/patchify-pixels.js';
import { UNIT_PIXELS } from '../pixels.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { writeTinyImageText } from '../testing/tiny-image-text.js';
import { tinyOnnx } from '../testing/tiny-onnx.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { type OnnxPatchTextEncoderOptions, onnxPatchTextEncoder } from './onnx-patch-text-encoder.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-teacher-'));
  for (const kind of ['maps', 'tokens'] as const)
    await writeTinyImageText(join(folder, kind), { imageSize: 8, patchSize: 2, kind });
});
afterAll(() => rm(folder, { recursive: true }));

const filesOf = (kind: string) => ({
  image: join(folder, kind, 'image.onnx'),
  text: join(folder, kind, 'text.onnx'),
  folder: join(folder, kind),
});

/** [T, 8, 8, 3], of other colours everywhere. */
function frames(count: number): Uint8Array {
  const random = seededRandom('frames');
  return Uint8Array.from({ length: count * 192 }, () => random() * 256);
}

/** By hand: the mean chroma of a patch in [-1, 1], and 0.5. */
function chromaOf(pixels: Uint8Array, frame: number, row: number, column: number): number[] {
  const mean = [0, 0, 0];
  for (let y = 0; y < 2; y++)
    for (let x = 0; x < 2; x++)
      for (let channel = 0; channel < 3; channel++) {
        const at = ((frame * 8 + row * 2 + y) * 8 + column * 2 + x) * 3 + channel;
        mean[channel]! += (pixels[at]! / 127.5 - 1) / 4;
      }
  const grey = (mean[0]! + mean[1]! + mean[2]!) / 3;
  return [...mean.map((value) => value - grey), 0.5];
}

const unit = (vector: readonly number[]) => vector.map((value) => value / Math.hypot(...vector));

describe('onnxPatchTextEncoder', () => {
  it.each(['maps', 'tokens'])('embeds patches that lie as %s, and texts, as by hand', async (kind) => {
    const encoder = await onnxPatchTextEncoder(filesOf(kind));
    const clip = { frames: frames(19), height: 8, width: 8 };
    const { values, ...shape } = await encoder.encodePatches(clip);
    expect(shape).toEqual({ frameCount: 19, rows: 4, columns: 4, width: 4 });
    for (const [frame, row, column] of [
      [0, 0, 0],
      [3, 1, 2],
      [18, 3, 3],
    ] as const) {
      const start = ((frame * 4 + row) * 4 + column) * 4;
      unit(chromaOf(clip.frames, frame, row, column)).forEach((value, d) => {
        expect(values[start + d]).toBeCloseTo(value, 5);
      });
    }
    // Eight tokens with 0.0125 each, since "ball" is spelt: [CLS] a red b ##a ##l ##l [SEP].
    const texts = await encoder.encodeText(['a red ball', 'blue', 'a red ball']);
    expect([texts.count, texts.width]).toEqual([3, 4]);
    unit([2 / 3, -1 / 3, -1 / 3, 8 * 0.0125]).forEach((value, d) => {
      expect(texts.values[d]).toBeCloseTo(value, 5);
      expect(texts.values[8 + d]).toBe(texts.values[d]);
    });
    await encoder.dispose();
  });

  it('tells where the red is', async () => {
    const encoder = await onnxPatchTextEncoder(filesOf('tokens'));
    const pixels = new Uint8Array(192).fill(90);
    for (const at of [18, 19, 26, 27]) pixels.set([220, 30, 40], at * 3); // rows 2 and 3, columns 2 and 3
    const clip = { frames: pixels, height: 8, width: 8 };
    const scores = similarityMaps(
      await encoder.encodePatches(clip),
      (await encoder.encodeText(['red'])).values,
    );
    expect(scores.indexOf(Math.max(...scores))).toBe(5);
    const { values } = await encoder.encodeAttention(clip);
    expect(values.indexOf(Math.max(...values))).toBe(5);
    expect(values.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    await encoder.dispose();
  });

  it("equals CLIP's own encoder on its towers as two files", async () => {
    const model = clipModel(tinyClipModel);
    const params = model.init(seededRandom('teacher'));
    const tokenizer = lettersTokenizer(8);
    const files = filesOf('clip');
    await cp(join(folder, 'tokens'), files.folder, { recursive: true });
    await writeFile(join(files.folder, 'tokenizer.json'), JSON.stringify(tokenizer.json));
    await writeFile(join(files.folder, 'tokenizer_config.json'), JSON.stringify(tokenizer.config));
    const layout = { imageSize: 4, patchSize: 2, numFrames: 1, tubeletSize: 1 };
    const engine = await onnxEngine();
    const pixel_values = tf.zeros([2, 3, 4, 4]);
    const image = ({ pixel_values }: { pixel_values: tf.Tensor }) => {
      const patches = patchifyPixels(tf.expandDims(pixel_values, 1), layout);
      return {
        patches: model.patchFeatures(params, patches, 'value'),
        attention: model.classAttention(params, patches),
      };
    };
    await exportOnnx(image, { pixel_values }, files.image);
    await exportClipModelText(model, { path: files.text, params, batch: 2 });
    const other = await onnxPatchTextEncoder({
      ...files,
      pixels: model.pixels,
      outputs: { patches: 'patches' },
    });
    const own = clipModelPatchTextEncoder({ model, params, tokenizer, engine, variant: 'value' });
    const clip = { frames: frames(1), height: 4, width: 4 }; // 192 bytes are four frames of 4 x 4
    for (const encode of ['encodePatches', 'encodeAttention'] as const) {
      const [found, expected] = [await other[encode](clip), await own[encode](clip)];
      expect({ ...found, values: 0 }).toEqual({ ...expected, values: 0 });
      expected.values.forEach((value, at) => {
        expect(found.values[at]).toBeCloseTo(value, 4);
      });
    }
    const texts = ['ab c', 'd', 'abcd abcd abcd abcd']; // the last one is longer than the tower's 8 places
    const [found, expected] = [await other.encodeText(texts), await own.encodeText(texts)];
    expected.values.forEach((value, at) => {
      expect(found.values[at]).toBeCloseTo(value, 4);
    });
    await other.dispose();
    await engine.dispose();
    await cpuEngine();
    tf.dispose([params, pixel_values]);
  });

  it('tells what it read off the files, and not where they lie', async () => {
    const encoder = await onnxPatchTextEncoder({ ...filesOf('tokens'), threads: 1 });
    expect(encoder.describe()).toEqual({
      is: 'onnxPatchTextEncoder',
      imageSize: 8,
      pixels: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      grid: { rows: 4, columns: 4 },
      leadingTokens: 1,
      textLength: 64,
      outputs: { patches: 'patch_embeds', attention: 'attention', text: 'text_embeds' },
      normalise: true,
    });
    await encoder.dispose();
  });

  it('takes vectors as they are under normalise: false, if they have norm 1', async () => {
    const files = filesOf('tokens');
    await expect(
      onnxPatchTextEncoder({ ...files, normalise: false }).then((encoder) => encoder.encodeText(['red'])),
    ).rejects.toMatchObject({ code: 'ONNX_FILE_UNFIT', where: `${files.text}, output text_embeds` });
  });
});

describe('files that do not fit', () => {
  const scale = { name: 'scale', shape: [1], data: Float32Array.of(1) };
  /** An image file with an output of this shape, whatever its numbers are. */
  const imageOf = async (
    shape: readonly number[],
    input: readonly (number | string)[] = ['images', 3, 8, 8],
  ) => {
    const path = join(folder, `${shape.join('x')} ${input.join('x')}.onnx`);
    const count = shape.reduce((product, length) => product * length, 1);
    const filled = { name: 'filled', shape, data: Float32Array.from({ length: count }, (_, at) => at + 1) };
    const onnx = tinyOnnx(
      [{ name: 'pixels', type: 'float32', shape: input }],
      [{ name: 'features', type: 'float32', shape }],
      [scale, filled],
      [
        { operator: 'ReduceMean', inputs: ['pixels'], output: 'mean', attributes: { keepdims: 0 } },
        { operator: 'Mul', inputs: ['mean', 'filled'], output: 'features' },
      ],
    );
    await writeFile(path, onnx);
    return path;
  };
  const codeOf = async (change: Partial<OnnxPatchTextEncoderOptions>) => {
    const failure: unknown = await onnxPatchTextEncoder({ ...filesOf('tokens'), ...change }).then(
      (encoder) => encoder.dispose(),
      (error: unknown) => error,
    );
    return failure as { code: string; where: string; expected: string; received: string } | undefined;
  };

  it.each([
    ['another width than the texts', [1, 16, 5], {}, 'ONNX_FILE_UNFIT', '4'],
    ['tokens that are no square', [1, 15, 4], {}, 'OPTION_INVALID', 'none'],
    [
      'tokens that are not the grid',
      [1, 16, 4],
      { grid: { rows: 3, columns: 6 } },
      'ONNX_FILE_UNFIT',
      '[1, 16, 4]',
    ],
    [
      'maps that are not the grid',
      [1, 4, 4, 4],
      { grid: { rows: 2, columns: 8 } },
      'ONNX_FILE_UNFIT',
      '[1, 4, 4, 4]',
    ],
    ['a vector an image', [1, 4], {}, 'ONNX_FILE_UNFIT', '[1, 4]'],
    ['another number of images', [2, 16, 4], {}, 'ONNX_FILE_UNFIT', '[2, 16, 4]'],
  ])('%s', async (_, shape, options, code, received) => {
    expect(await codeOf({ image: await imageOf(shape), ...options })).toMatchObject({ code, received });
  });

  it('that fit by options are taken: 3 x 5 tokens, and 14 behind two', async () => {
    expect(await codeOf({ image: await imageOf([1, 15, 4]), grid: { rows: 3, columns: 5 } })).toBeUndefined();
    const image = await imageOf([1, 18, 4]);
    expect(await codeOf({ image, grid: { rows: 4, columns: 4 } })).toBeUndefined();
    expect(await codeOf({ image, leadingTokens: 2 })).toBeUndefined();
    expect(await codeOf({ image, leadingTokens: 1 })).toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('images of another size, or of another form', async () => {
    expect(await codeOf({ imageSize: 16, pixels: UNIT_PIXELS })).toMatchObject({ code: 'ONNX_FILE_UNFIT' });
    expect(
      await codeOf({ image: await imageOf([1, 16, 4], ['images', 8, 8, 3]), imageSize: 8 }),
    ).toMatchObject({
      code: 'ONNX_FILE_UNFIT',
      received: 'pixels [images, 8, 8, 3]',
    });
    expect(await codeOf({ image: filesOf('tokens').text, imageSize: 8 })).toMatchObject({
      code: 'ONNX_FILE_UNFIT',
    });
    expect(await codeOf({ text: filesOf('tokens').image })).toMatchObject({ code: 'ONNX_FILE_UNFIT' });
  });

  it('outputs that are not there, and settings that no file tells', async () => {
    expect(await codeOf({ outputs: { patches: 'none' } })).toMatchObject({
      code: 'OPTION_INVALID',
      where: 'onnxPatchTextEncoder, option outputs.patches',
      received: 'none',
    });
    const bare = join(folder, 'bare');
    await cp(filesOf('tokens').folder, bare, { recursive: true });
    await rm(join(bare, 'preprocessor_config.json'));
    expect(await codeOf({ folder: bare })).toMatchObject({ where: 'onnxPatchTextEncoder, option pixels' });
    expect(
      await codeOf({ image: await imageOf([1, 16, 4], ['b', 3, 'h', 'w']), folder: bare }),
    ).toMatchObject({
      where: 'onnxPatchTextEncoder, option imageSize',
    });
    expect(await codeOf({ folder: join(folder, 'nowhere') })).toMatchObject({ code: 'OPTION_INVALID' });
    expect(await codeOf({ image: join(folder, 'none.onnx') })).toMatchObject({ code: 'FILE_FAILED' });
  });

  it('are not written for images that are no whole patches', async () => {
    await expect(writeTinyImageText(folder, { imageSize: 9, patchSize: 2 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'writeTinyImageText, option imageSize',
    });
  });

  it('frames of another size; attention that the file does not tell', async () => {
    const encoder = await onnxPatchTextEncoder(filesOf('maps'));
    const clip = { frames: frames(1), height: 8, width: 8 };
    await expect(encoder.encodePatches({ ...clip, height: 4 })).rejects.toMatchObject({
      code: 'INPUT_SHAPE',
    });
    await expect(encoder.encodeAttention(clip)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'onnxPatchTextEncoder, option outputs.attention',
    });
    await encoder.dispose();
  });
});
