import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { frameTokens } from '../frame-tokens.js';
import { CLIP_MODEL_PIXELS, SYMMETRIC_PIXELS } from '../pixels.js';
import { expectClose } from '../testing/parity.js';
import { tinyClipModel } from '../testing/tiny-clip-model.js';
import { lettersTokenizer } from '../testing/tokenizer-json.js';
import { clipModel } from './clip-model.js';
import { clipModelPatchTextEncoder } from './patch-text-encoder.js';

const engines: [string, () => Promise<Engine>][] = [
  ['cpuEngine', cpuEngine],
  ['onnxEngine', onnxEngine],
];

const model = clipModel(tinyClipModel);

/** [T, 4, 4, 3] */
function frames(count: number): Uint8Array {
  const random = seededRandom('frames');
  return Uint8Array.from({ length: count * 48 }, () => random() * 256);
}

/** Rows of the given width with norm 1. */
function unitRows(values: ArrayLike<number>, width: number): number[] {
  return Array.from(values, (value, i) => {
    const row = Array.from({ length: width }, (_, k) => values[i - (i % width) + k]!);
    return value / Math.hypot(...row);
  });
}

/** An engine that counts its calls, and notes how many frames each has. */
function counting(engine: Engine): Engine & { calls: number; readonly frames: number[] } {
  const counted = {
    ...engine,
    calls: 0,
    frames: [] as number[],
    compile: ((fn) => {
      const compiled = engine.compile(fn);
      return (inputs) => {
        counted.calls++;
        const { patches } = inputs as { patches?: tf.Tensor };
        if (patches) counted.frames.push(patches.shape[0]!);
        return compiled(inputs);
      };
    }) as Engine['compile'],
  };
  return counted;
}

describe.each(engines)('clipModelPatchTextEncoder on %s', (_, makeEngine) => {
  const options = { model, tokenizer: lettersTokenizer(8), variant: 'value' } as const;

  it('embeds the patches of any number of frames, in order', async () => {
    const engine = counting(await makeEngine());
    const params = model.init(seededRandom('encoder'));
    const encoder = clipModelPatchTextEncoder({ ...options, params, engine });
    const clipFrames = { frames: frames(19), height: 4, width: 4 };
    const { values, ...shape } = await encoder.encodePatches(clipFrames);
    expect(shape).toEqual({ frameCount: 19, rows: 2, columns: 2, width: 6 });
    expect(engine.frames).toEqual([16, 4]);
    const one = await encoder.encodePatches({ ...clipFrames, frames: frames(1) });
    expect(engine.frames).toEqual([16, 4, 1]);
    expectClose(one.values, values.subarray(0, one.values.length), 1e-6);
    const layout = { numFrames: 19, imageSize: 4, patchSize: 2, tubeletSize: 1 };
    const all = frameTokens(clipFrames.frames, layout, [...Array(19 * 4).keys()], CLIP_MODEL_PIXELS);
    await engine.dispose();
    await cpuEngine();
    const expected = await model.patchFeatures(params, tf.tensor3d(all, [19, 4, 12]), 'value').data();
    expectClose(values, unitRows(expected, 6), 1e-5);
    tf.dispose(params);
  });

  it('embeds every caption once', async () => {
    const engine = counting(await makeEngine());
    const params = model.init(seededRandom('encoder'));
    const encoder = clipModelPatchTextEncoder({ ...options, params, engine });
    const captions = ['ab c', 'd', 'ab c', 'abc', 'c', 'dd'];
    const { values, count, width } = await encoder.encodeText(captions);
    expect([count, width, engine.calls]).toEqual([6, 6, 2]); // 5 distinct ones, 4 a call
    expect(values.subarray(12, 18)).toEqual(values.subarray(0, 6));
    const again = await encoder.encodeText(['abc', 'd']);
    expect(engine.calls).toBe(2);
    expect(again.values.subarray(0, 6)).toEqual(values.subarray(18, 24));
    expect(again.values.subarray(6, 12)).toEqual(values.subarray(6, 12));
    const tokens = options.tokenizer.encode('dd');
    await engine.dispose();
    await cpuEngine();
    const ids = tf.tensor2d(tokens.ids, [1, 8], 'int32');
    const expected = await model.encodeText(params, ids, tf.tensor1d([tokens.end], 'int32')).data();
    expectClose(values.subarray(30), unitRows(expected, 6), 1e-5);
    tf.dispose(params);
  });

  it('leaves no tensor behind', async () => {
    const engine = await makeEngine();
    const params = model.init(seededRandom('encoder'));
    const encoder = clipModelPatchTextEncoder({ ...options, params, engine });
    await encoder.encodePatches({ frames: frames(1), height: 4, width: 4 });
    await encoder.encodeText(['d']);
    const before = tf.memory().numTensors;
    await encoder.encodePatches({ frames: frames(3), height: 4, width: 4 });
    await encoder.encodeText(['c']);
    expect(tf.memory().numTensors).toBe(before);
    await engine.dispose();
  });

  it('reads pixels in the scale of its model', async () => {
    const engine = await makeEngine();
    const params = model.init(seededRandom('encoder'));
    const other = clipModel(tinyClipModel, { pixels: SYMMETRIC_PIXELS });
    const { values } = await clipModelPatchTextEncoder({
      ...options,
      model: other,
      params,
      engine,
    }).encodePatches({
      frames: frames(1),
      height: 4,
      width: 4,
    });
    const layout = { numFrames: 1, imageSize: 4, patchSize: 2, tubeletSize: 1 };
    const patches = tf.tensor3d(frameTokens(frames(1), layout, [0, 1, 2, 3], SYMMETRIC_PIXELS), [1, 4, 12]);
    const features = other.patchFeatures(params, patches, 'value');
    const unit = tf.div(features, tf.norm(features, 2, -1, true));
    expectClose(values, await unit.data<'float32'>(), 1e-5);
    await engine.dispose();
  });

  it.each([
    [{ variant: 'values' }, 'option variant: expected "value" or "value-residual" or "raw", got "values".'],
    [{ features: 'raw' }, 'option features: expected one of the options model, params'],
    [{ engine: undefined }, 'option engine: expected'],
  ])('refuses the options %j', async (wrong, message) => {
    const engine = await makeEngine();
    const given = { ...options, params: {}, engine, ...wrong } as never;
    expect(() => clipModelPatchTextEncoder(given)).toThrow(`clipModelPatchTextEncoder, ${message}`);
    expect(() => model.patchFeatures({}, tf.zeros([1, 4, 12]), 'values' as 'value')).toThrow(
      'patchFeatures, option variant',
    );
    await engine.dispose();
  });

  it('refuses frames that are not of whole patches, and a tokenizer of another model', async () => {
    const engine = await makeEngine();
    const params = model.init(seededRandom('encoder'));
    const encoder = clipModelPatchTextEncoder({ ...options, params, engine });
    await expect(encoder.encodePatches({ frames: frames(2), height: 8, width: 3 })).rejects.toThrow(
      'encodePatches, frames: expected a multiple of 2 x 2 pixels, got 8 x 3.',
    );
    await expect(
      encoder.encodePatches({ frames: new Uint8Array(50), height: 4, width: 4 }),
    ).rejects.toMatchObject({ code: 'INPUT_SHAPE' });
    const tokenizer = lettersTokenizer(9);
    expect(() => clipModelPatchTextEncoder({ ...options, tokenizer, params, engine })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    await engine.dispose();
  });
});
