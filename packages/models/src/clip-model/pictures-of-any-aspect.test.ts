import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
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
