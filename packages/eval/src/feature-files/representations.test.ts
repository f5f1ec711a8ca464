import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  frameTokens,
  loadVideoMaeEncoder,
  saveVideoMaeClassifier,
  videoMaeClassifier,
  videoMaeEncoder,
} from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { encoderRepresentation } from './encoder-representation.js';
import { config, model, noise, PIXELS } from './feature-files.test-support.js';
import { pixelRepresentation } from './pixel-representation.js';
import { teacherRepresentation } from './teacher-representation.js';

const engine = await cpuEngine();
const params = model.init(seededRandom('init'));
const others = model.init(seededRandom('others'));
afterAll(() => tf.dispose([params, others]));
const base = { engine, model, params, batchSize: 2 };
const told = async (change: object = {}) => encoderRepresentation({ ...base, ...change }).describe();

describe('an encoder as a representation', () => {
  it('is told by what decides its numbers, and by nothing else', async () => {
    const first = await told();
    expect(first).toMatchObject({
      is: 'encoderRepresentation',
      tokens: false,
      model: { is: 'videoMaeEncoder' },
    });
    expect(first.params).toMatch(/^[0-9a-f]{64}$/);
    const { decoder, ...encoder } = Object.fromEntries(
      Object.entries(params).map(([name, tensor]) => [name.startsWith('decoder') ? 'decoder' : name, tensor]),
    );
    const more = { ...encoder, 'contrastive.projection.weight': decoder! };
    expect(await told({ batchSize: 5, engine: await cpuEngine() })).toEqual(first);
    expect(await told({ params: more })).toEqual(first);
    expect(await told({ model: videoMaeEncoder(config, { pixels: model.pixels }) })).toEqual(first);
    const name = Object.keys(encoder).find((each) => each.includes('encoder.layer.0'))!;
    const nudged = tf.add(params[name]!, 1e-7);
    for (const change of [
      { params: others },
      { params: { ...params, [name]: nudged } },
      { tokens: true },
      { model: videoMaeEncoder(config) },
    ])
      expect(await told(change), Object.keys(change)[0]).not.toEqual(first);
    nudged.dispose();
  });

  it('may be that of a classifier, as its checkpoint gives it', async () => {
    const classifier = videoMaeClassifier({ ...config, labels: ['a', 'b'] });
    const own = classifier.init(seededRandom('classifier'));
    const folder = await mkdtemp(join(tmpdir(), 'tgm-classifier-'));
    await saveVideoMaeClassifier(folder, classifier, own);
    const loaded = await loadVideoMaeEncoder(folder);
    const clip = noise('classifier');
    const found = await encoderRepresentation({ ...base, ...loaded }).features([clip]);
    const tokens = tf.tidy(() => {
      const everyToken = Int32Array.from({ length: 8 }, (_, i) => i);
      const pixels = frameTokens(clip, config, everyToken, classifier.pixels);
      const encoded = classifier.encode(own, tf.tensor3d(pixels, [1, 8, 96]));
      return tf.mean(encoded, 1).dataSync();
    });
    for (const [at, value] of tokens.entries()) expect(found[at]).toBeCloseTo(value as number, 5);
    tf.dispose([own, loaded.params]);
    await rm(folder, { recursive: true });
  });

  it('refuses parameters that are missing or of another shape', () => {
    const name = Object.keys(params).find((each) => each.includes('encoder.layer.0'))!;
    const { [name]: _, ...rest } = params;
    const scalar = tf.zeros([1]);
    for (const wrong of [rest, { ...rest, [name]: scalar }, null])
      expect(() => encoderRepresentation({ ...base, params: wrong as never })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: 'encoderRepresentation, option params' }),
      );
    scalar.dispose();
  });
});

describe('a teacher as a representation', () => {
  /** Tells of two tokens, the second of which is twice the first one. */
  const teacher = {
    width: 3,
    describe: () => ({ is: 'doubling' }),
    features: (frames: Uint8Array) => Float32Array.from([1, 2, 3, 2, 4, 6], (value) => value * frames[0]!),
  };
  const clips = [Uint8Array.of(1), Uint8Array.of(10)];

  it('gives the mean of its tokens, or each of them', async () => {
    const mean = teacherRepresentation({ teacher });
    expect([mean.width, mean.tokens]).toEqual([3, undefined]);
    expect(await mean.features(clips)).toEqual(Float32Array.of(1.5, 3, 4.5, 15, 30, 45));
    const each = teacherRepresentation({ teacher, tokens: 2 });
    expect(each.tokens).toBe(2);
    expect(await each.features(clips)).toEqual(Float32Array.of(1, 2, 3, 2, 4, 6, 10, 20, 30, 20, 40, 60));
    expect(await mean.describe()).toEqual({ is: 'teacherRepresentation', teacher: { is: 'doubling' } });
    expect(await each.describe()).toMatchObject({ tokens: 2 });
  });

  it('is refused with another number of tokens, and without a description', async () => {
    await expect(teacherRepresentation({ teacher, tokens: 3 }).features(clips)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
    const empty = { ...teacher, features: () => new Float32Array(0) };
    await expect(teacherRepresentation({ teacher: empty }).features(clips)).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
    const untold = { ...teacher, describe: () => 1 as never };
    await expect(teacherRepresentation({ teacher: untold }).describe()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});

describe('pixels as a representation', () => {
  it('are told by their cells and refused as pixelBaseline does', async () => {
    const pixels = pixelRepresentation(PIXELS);
    expect(pixels.describe()).toEqual({ is: 'pixelRepresentation', ...PIXELS });
    expect(pixels.width).toBe(((await pixels.features([noise(1)])) as Float32Array).length);
    expect(() => pixelRepresentation({ ...PIXELS, slices: 5 })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: 'pixelRepresentation, options slices and cells',
      }),
    );
  });
});
