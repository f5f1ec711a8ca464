import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
import { positionsFor } from '../patch-text/positions.js';
import { wholePictures } from '../patch-text/whole-pictures.js';
import { expectClose } from '../testing/parity.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { clipModel } from './clip-model.js';
import { VISION_POSITIONS } from './parameters.js';
import { clipModelPatchTextEncoder } from './patch-text-encoder.js';
import { resizeClipModel } from './resize.js';

const engines: [string, () => Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

const options = { tokenizer: lettersTokenizer(8), variant: 'value' } as const;
const model = clipModel(tinyClipModel);
/** One block, the value path of which is all there is: a patch sees itself and its position. */
const blind = clipModel({
  ...tinyClipModel,
  visionConfig: { ...tinyClipModel.visionConfig, numHiddenLayers: 1 },
});

/** [3, height, width, 3] of which each pixel is a function of its place in a square of 8 x 8. */
const cut = (height: number, width: number): Uint8Array =>
  Uint8Array.from({ length: 3 * height * width * 3 }, (_, at) => {
    const [channel, pixel] = [at % 3, Math.floor(at / 3)];
    const [x, y] = [pixel % width, Math.floor(pixel / width) % height];
    const frame = Math.floor(pixel / (width * height));
    return (x * 31 + y * 77 + frame * 13 + channel * 101) % 256;
  });

describe.each(engines)('frames of another size than CLIP’s images, on %s', (_, makeEngine) => {
  it('are what the model of that size makes of them', async () => {
    const engine = await makeEngine();
    const params = model.init(seededRandom('sizes'));
    const resized = await resizeClipModel({ model, params }, 8);
    const clip = { frames: cut(8, 8), height: 8, width: 8 };
    const own = clipModelPatchTextEncoder({ ...options, model, params, engine });
    const other = clipModelPatchTextEncoder({ ...options, ...resized, engine });
    const [found, expected] = [await own.encodePatches(clip), await other.encodePatches(clip)];
    expect(found).toMatchObject({ frameCount: 3, rows: 4, columns: 4 });
    expectClose(found.values, expected.values, 1e-5);
    const [seen, wanted] = [await own.encodeAttention(clip), await other.encodeAttention(clip)];
    expectClose(seen.values, wanted.values, 1e-5);
    const tensors = tf.memory().numTensors;
    await own.encodePatches(clip);
    expect(tf.memory().numTensors).toBe(tensors);
    await engine.dispose();
  });

  it.each([
    ['high', { height: 8, width: 4 }],
    ['wide', { height: 4, width: 8 }],
  ])('may be %s: each patch has its pixels and its place', async (_name, size) => {
    const engine = await makeEngine();
    const [kept, across] = [[0.5, -1, 2], size.width > size.height];
    // [1 + 2 x 2] positions that differ along the long side alone.
    const at = (place: number): number => (across ? place % 2 : place >> 1);
    const table = Float32Array.from({ length: 5 * 12 }, (__, i) => {
      const place = Math.floor(i / 12) - 1;
      return place < 0 ? 0 : (1 + at(place)) * kept[i % 3]! + (i % 12) * 0.1;
    });
    const params: Params = {
      ...blind.init(seededRandom('places')),
      [VISION_POSITIONS]: tf.tensor2d(table, [5, 12]),
    };
    const encoder = clipModelPatchTextEncoder({ ...options, model: blind, params, engine });
    const square = await encoder.encodePatches({ frames: cut(8, 8), height: 8, width: 8 });
    const found = await encoder.encodePatches({ frames: cut(size.height, size.width), ...size });
    const [rows, columns] = [size.height / 2, size.width / 2];
    expect(found).toMatchObject({ frameCount: 3, rows, columns, width: 6 });
    const wanted: number[] = [];
    for (let frame = 0; frame < 3; frame++)
      for (let row = 0; row < rows; row++) {
        const start = (frame * 16 + row * 4) * 6;
        wanted.push(...square.values.subarray(start, start + columns * 6));
      }
    expectClose(found.values, wanted, 1e-5);
    await engine.dispose();
  });
});

it('interpolates positions along each side by itself, and leaves the class token’s alone', () => {
  // [1 + 2 x 2, 1]: by Keys' cubic with A = -0.75 at -0.25, 0.25, 0.75 and 1.25 the border is repeated.
  const [class_, a, b] = [9, 0, 1];
  const near = (t: number): number =>
    t <= 1 ? (1.25 * t - 2.25) * t * t + 1 : -0.75 * (t ** 3 - 5 * t * t + 8 * t - 4);
  const first = a * (near(1.75) + near(0.75) + near(0.25)) + b * near(1.25); // at -0.25: samples -2, -1, 0 and 1
  const second = a * (near(1.25) + near(0.25)) + b * (near(0.75) + near(1.75)); // at 0.25: samples -1, 0, 1 and 2
  const row = [first, second, 1 - second, 1 - first];
  expectClose(
    positionsFor(Float32Array.of(class_, a, b, a, b), 2, { rows: 1, columns: 4 }, 1),
    [class_, ...row],
    1e-6,
  );
  expectClose(
    positionsFor(Float32Array.of(class_, a, a, b, b), 2, { rows: 4, columns: 1 }, 1),
    [class_, ...row],
    1e-6,
  );
});

it('reads a picture with its short side as its own images, and as many patches along the other as come next', () => {
  const size = wholePictures(224, 32);
  expect(size({ width: 320, height: 240 })).toEqual({ height: 224, width: 288, rows: 7, columns: 9 }); // 298.7
  expect(size({ width: 1920, height: 1080 })).toEqual({ height: 224, width: 384, rows: 7, columns: 12 }); // 398.2
  expect(size({ width: 240, height: 320 })).toEqual({ height: 288, width: 224, rows: 9, columns: 7 });
  expect(size({ width: 9, height: 9 })).toEqual({ height: 224, width: 224, rows: 7, columns: 7 });
  expect(size({ width: 10_000, height: 1 })).toEqual({ height: 224, width: 896, rows: 7, columns: 28 });
  // 10.5 and 14 patches.
  expect(size({ width: 320, height: 240 }, 1.5)).toEqual({ height: 352, width: 448, rows: 11, columns: 14 });
  expect(() => size({ width: 9, height: 9 }, 0)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(() => size({ width: 0, height: 1 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
});

it('tells weights and tokenizers apart by a digest', async () => {
  const engine = await cpuEngine();
  const params = model.init(seededRandom('digest'));
  const digestOf = (given: object) =>
    clipModelPatchTextEncoder({ ...options, model, params, engine, ...given }).digest();
  const digests = await Promise.all([
    digestOf({}),
    digestOf({ params: model.init(seededRandom('another')) }),
    digestOf({ tokenizer: lettersTokenizer(6) }),
  ]);
  expect(new Set(digests).size).toBe(3);
  expect(await digestOf({ params: { ...params } })).toBe(digests[0]);
});
