import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { frameTokens, type Params, SYMMETRIC_PIXELS, videoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, TINY, tinyEncoder } from '../../objectives/tiny-batch.test-support.js';
import { type VideoMaeTeacherOptions, videoMaeTeacher } from './video-mae-teacher.js';

const model = videoMae({ ...TINY, numHiddenLayers: 2 }, { pixels: SYMMETRIC_PIXELS });
const random = seededRandom('clip');
const frames = Uint8Array.from({ length: 4 * 16 * 16 * 3 }, () => Math.floor(256 * random()));
const all = [0, 1, 2, 3, 4, 5, 6, 7];

describe.each(ENGINES)('videoMaeTeacher on $name', ({ make }) => {
  let engine: Engine;
  let params: Params;
  beforeAll(async () => {
    engine = await make();
    params = model.init(seededRandom('teacher'));
  });
  afterAll(() => engine.dispose());

  it("is the encoder's output for all tokens of the whole clip", async () => {
    const teacher = videoMaeTeacher({ model, params, engine });
    const before = tf.memory().numTensors;
    const found = await teacher.features(frames);
    expect(tf.memory().numTensors).toBe(before);
    const tokens = tf.tensor3d(frameTokens(frames, TINY, all, SYMMETRIC_PIXELS), [1, 8, model.tokenSize]);
    const expected = await model.encode(params, tokens, tf.tensor2d(all, [1, 8], 'int32')).data();
    expect([teacher.width, found.length]).toEqual([12, 8 * 12]);
    expected.forEach((value, at) => {
      expect(found[at]).toBeCloseTo(value, 4);
    });
  });

  it('ends after some blocks if asked to, without a norm', async () => {
    const found = await videoMaeTeacher({ model, params, engine, blocks: 1 }).features(frames);
    // What the second block would get: under one whose branches are zero, a mean-pooled model's output is its input.
    const pooled = videoMae({ ...TINY, numHiddenLayers: 2, useMeanPooling: true });
    const silent = Object.fromEntries(
      Object.entries(params).map(([name, value]) => {
        const ends = /layer\.1\.(attention\.output|output)\.dense/.test(name);
        return [name, ends ? tf.zerosLike(value) : value];
      }),
    );
    const tokens = tf.tensor3d(frameTokens(frames, TINY, all, SYMMETRIC_PIXELS), [1, 8, model.tokenSize]);
    const expected = await pooled.encode(silent, tokens, tf.tensor2d(all, [1, 8], 'int32')).data();
    expected.forEach((value, at) => {
      expect(found[at]).toBeCloseTo(value, 4);
    });
  });
});

describe('videoMaeTeacher', () => {
  let options: VideoMaeTeacherOptions;
  beforeAll(async () => {
    options = { model, params: model.init(seededRandom('teacher')), engine: await ENGINES[0]!.make() };
  });

  it('tells the encoder and its numbers, whatever the decoder is', async () => {
    const described = await videoMaeTeacher(options).describe();
    expect(described).toMatchObject({
      is: 'videoMaeTeacher',
      model: { is: 'videoMaeEncoder', numHiddenLayers: 2, pixels: SYMMETRIC_PIXELS },
      params: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const moved = async (name: string) => {
      const params = { ...options.params, [name]: tf.add(options.params[name]!, 1e-3) };
      return (await videoMaeTeacher({ ...options, params }).describe()).params;
    };
    expect(await moved('videomae.layernorm.bias')).not.toBe(described.params);
    expect(await moved('mask_token')).toBe(described.params);
    expect(await videoMaeTeacher({ ...options, blocks: 1 }).describe()).toMatchObject({ blocks: 1 });
    const alone = tinyEncoder({ numHiddenLayers: 2 });
    const ofEncoder = await videoMaeTeacher({ ...options, model: alone }).describe();
    expect(ofEncoder.params).toBe(described.params);
    expect(ofEncoder).not.toEqual(described); // other pixels
  });

  it('refuses what does not fit', async () => {
    const { 'videomae.layernorm.bias': _, ...rest } = options.params;
    for (const [change, option] of [
      [{ blocks: 3 }, 'blocks'],
      [{ blocks: 0 }, 'blocks'],
      [{ params: rest }, 'params'],
      [{ model: {} }, 'model'],
    ] as const) {
      expect(() => videoMaeTeacher({ ...options, ...change } as VideoMaeTeacherOptions)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: `videoMaeTeacher, option ${option}` }),
      );
    }
    await expect(async () => videoMaeTeacher(options).features(new Uint8Array(5))).rejects.toMatchObject({
      where: 'videoMaeTeacher features, argument frames',
    });
  });
});
