import * as tf from '@tensorflow/tfjs';
import { resampleBilinear, seededRandom } from '@tgm/masking';
import type { Params, PatchFeaturesVariant } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, TINY } from '../../objectives/tiny-batch.test-support.js';
import { letters, tinyClipModel } from '../../objectives/tiny-clip-model.test-support.js';
import { type ClipModelTeacherOptions, clipModelTeacher } from './clip-model-teacher.js';

/** Clips of 4 frames of 8 x 8; CLIP has 4 x 4 patches of them, the student 2 x 2 or other ones in 2 slices. */
const studentOf = (patchSize: number) => ({ config: { ...TINY, imageSize: 8, patchSize } });
const student = studentOf(4);
const model = tinyClipModel();
const random = seededRandom('teacher');
const frames = Uint8Array.from({ length: 4 * 8 * 8 * 3 }, () => Math.floor(256 * random()));

/** Features of each frame by CLIP itself: [T, 16, 6]. */
async function ofFrames(params: Params, variant: PatchFeaturesVariant): Promise<Float32Array> {
  const { mean, std } = model.pixels;
  const numbers: number[] = [];
  for (let frame = 0; frame < 4; frame++) {
    for (let patch = 0; patch < 16; patch++) {
      for (let at = 0; at < 12; at++) {
        const row = 2 * (patch >> 2) + Math.floor(at / 6);
        const column = 2 * (patch & 3) + (Math.floor(at / 3) & 1);
        const value = frames[((frame * 8 + row) * 8 + column) * 3 + (at % 3)]! / 255;
        numbers.push((value - mean[at % 3]!) / std[at % 3]!);
      }
    }
  }
  const patches = tf.tensor3d(numbers, [4, 16, 12]);
  return (await model.patchFeatures(params, patches, variant).data()) as Float32Array;
}

/** By plain loops: each feature of each frame brought to the grid, then over the frames of the tubelet. */
function byHand(features: Float32Array, perSide: number, tubelet: 'mean' | 'first'): number[] {
  const maps = Array.from({ length: 4 }, (_, frame) =>
    Array.from({ length: 6 }, (_, feature) => {
      const values = Float32Array.from(
        { length: 16 },
        (_, patch) => features[(frame * 16 + patch) * 6 + feature]!,
      );
      return resampleBilinear({ values, rows: 4, columns: 4 }, perSide, perSide);
    }),
  );
  return [0, 1].flatMap((slice) =>
    Array.from({ length: perSide * perSide }, (_, token) =>
      Array.from({ length: 6 }, (_, feature) => {
        const [first, second] = [maps[2 * slice]![feature]![token]!, maps[2 * slice + 1]![feature]![token]!];
        return tubelet === 'first' ? first : (first + second) / 2;
      }),
    ).flat(),
  );
}

describe.each(ENGINES)('clipModelTeacher on $name', ({ make }) => {
  let engine: Engine;
  let params: Params;
  beforeAll(async () => {
    engine = await make();
    params = model.init(seededRandom('clip'));
  });
  afterAll(() => engine.dispose());

  it.each([
    [4, 'raw', 'mean'],
    [4, 'value', 'first'],
    [2, 'value-residual', 'mean'],
    [2, 'raw', 'first'],
    [1, 'raw', 'mean'],
  ] as const)('brings the patches to tokens of %i pixels: %s, %s', async (patchSize, variant, tubelet) => {
    const teacher = clipModelTeacher({
      model,
      params,
      engine,
      student: studentOf(patchSize),
      variant,
      tubelet,
    });
    const before = tf.memory().numTensors;
    const found = await teacher.features(frames);
    expect(tf.memory().numTensors).toBe(before);
    const expected = byHand(await ofFrames(params, variant), 8 / patchSize, tubelet);
    expect([teacher.width, found.length]).toEqual([6, expected.length]);
    expected.forEach((value, at) => {
      expect(found[at], `${at}`).toBeCloseTo(value, 4);
    });
  });
});

describe('clipModelTeacher', () => {
  let engine: Engine;
  let options: ClipModelTeacherOptions;
  beforeAll(async () => {
    engine = await ENGINES[0]!.make();
    options = { model, params: model.init(seededRandom('clip')), engine, student };
  });

  it('tells CLIP, its options and the numbers of its vision tower, and no others', async () => {
    const described = await clipModelTeacher(options).describe();
    expect(described).toEqual({
      is: 'clipModelTeacher',
      model: model.describe(),
      variant: 'raw',
      tubelet: 'mean',
      params: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await clipModelTeacher(options).describe()).toEqual(described);
    const moved = async (name: string) => {
      const params = { ...options.params, [name]: tf.add(options.params[name]!, 1e-3) };
      return (await clipModelTeacher({ ...options, params }).describe()).params;
    };
    expect(await moved('visual_projection.weight')).not.toBe(described.params);
    expect(await moved('text_projection.weight')).toBe(described.params);
    expect(await clipModelTeacher({ ...options, variant: 'value' }).describe()).toMatchObject({
      variant: 'value',
    });
    expect(await clipModelTeacher({ ...options, tubelet: 'first' }).describe()).toMatchObject({
      tubelet: 'first',
    });
  });

  it('refuses what does not fit', async () => {
    const { 'visual_projection.weight': _, ...rest } = options.params;
    for (const [change, option] of [
      [{ student: { config: TINY } }, 'model'],
      [{ params: rest }, 'params'],
      [{ params: { ...rest, 'visual_projection.weight': tf.zeros([6, 11]) } }, 'params'],
      [{ variant: 'best' }, 'variant'],
    ] as const) {
      expect(() => clipModelTeacher({ ...options, ...change } as ClipModelTeacherOptions)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: `clipModelTeacher, option ${option}` }),
      );
    }
    await expect(async () => clipModelTeacher(options).features(new Uint8Array(5))).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'clipModelTeacher features, argument frames',
    });
  });

  it('takes all that a loaded CLIP is, and tells the same with its tokenizer', async () => {
    const loaded = { model, params: options.params, tokenizer: letters() };
    const teacher = clipModelTeacher({ ...loaded, engine, student });
    expect(await teacher.describe()).toEqual(await clipModelTeacher(options).describe());
    expect(() => clipModelTeacher({ ...options, tokenizer: 'letters' as never })).toThrow(
      expect.objectContaining({ where: 'clipModelTeacher, option tokenizer' }),
    );
  });

  it('does without the text tower', async () => {
    const params = Object.fromEntries(
      Object.entries(options.params).filter(([name]) => name.startsWith('vis')),
    );
    expect(await clipModelTeacher({ ...options, params }).features(frames)).toEqual(
      await clipModelTeacher(options).features(frames),
    );
  });
});
