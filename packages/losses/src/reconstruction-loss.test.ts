import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import { fixtureTensors, hasFixture } from './fixtures.test-support.js';
import type { LossInputs } from './loss.js';
import { normalisedTarget, type TargetNormalisation } from './normalised-target.js';
import { type PixelTargetOptions, pixelTarget } from './pixel-target.js';
import { reconstructionLoss } from './reconstruction-loss.js';
import type { Target } from './target.js';
import { tokenErrors } from './token-errors.js';

const largestDifference = (a: readonly number[], b: ArrayLike<number>) =>
  a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0);

const inputsOf = (prediction: tf.Tensor3D, pixels: tf.Tensor3D): LossInputs => ({
  views: {},
  prediction,
  pixels,
  sampleKey: tf.zeros([1, 2], 'int32'),
});

const lossOf = (normalise: PixelTargetOptions['normalise'] & (string | false)) =>
  reconstructionLoss({ target: pixelTarget({ normalise }) });

describe.each(ENGINES)('reconstruction on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  /** Two tokens of two pixels: red 0 and 1, green flat, blue 0.2 and 0.4; and all flat. */
  const pixels = () => tf.tensor3d([0, 0.5, 0.2, 1, 0.5, 0.4, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3], [1, 2, 6]);
  const half = Math.SQRT1_2; // (0 - 0.5) / sqrt(0.5): the unbiased variance of 0 and 1 is 0.5

  it('normalises each channel of each token by its unbiased deviation (by hand)', async () => {
    const { target } = await evaluate(
      engine,
      (given: { pixels: tf.Tensor }) => ({
        target: normalisedTarget(given.pixels as tf.Tensor3D, 'channel'),
      }),
      { pixels: pixels() },
    );
    const expected = [-half, 0, -half, half, 0, half, 0, 0, 0, 0, 0, 0];
    expect(largestDifference(target!, expected)).toBeLessThan(1e-5);
  });

  it('normalises the channels of a token jointly (by hand), with the loss of it', async () => {
    const found = await evaluate(
      engine,
      (given: { pixels: tf.Tensor; prediction: tf.Tensor }) => {
        const target = given.pixels as tf.Tensor3D;
        const inputs = inputsOf(given.prediction as tf.Tensor3D, target);
        return {
          target: normalisedTarget(target, 'joint'),
          loss: lossOf('joint').compute({}, inputs),
        };
      },
      {
        // Mean 0.5, squares 0.25 + 0.01 + 0.04 each twice, unbiased variance 0.6 / 5; and a deviation of 0.001, which the
        // epsilon under the root brings to a share of it.
        pixels: tf.tensor3d([0, 0.6, 0.7, 1, 0.4, 0.3, 0.499, 0.501, 0.499, 0.501, 0.5, 0.5], [1, 2, 6]),
        prediction: tf.fill([1, 2, 6], 1),
      },
    );
    const steep = [-0.5, 0.1, 0.2, 0.5, -0.1, -0.2].map((value) => value / Math.sqrt(0.12 + 1e-6));
    const faint = [-1, 1, -1, 1, 0, 0].map((value) => (value * 1e-3) / Math.sqrt(4e-6 / 5 + 1e-6));
    const expected = [...steep, ...faint];
    expect(largestDifference(found.target!, expected)).toBeLessThan(1e-4);
    const loss = expected.reduce((sum, value) => sum + (1 - value) ** 2, 0) / 12;
    expect(found.loss![0]).toBeCloseTo(loss, 4);
  });

  it('is the mean square over all numbers of the masked tokens (by hand), with its gradient', async () => {
    const prediction = tf.fill([1, 2, 6], 1);
    const found = await evaluate(
      engine,
      (given: { prediction: tf.Tensor; pixels: tf.Tensor }) => {
        const target = given.pixels as tf.Tensor3D;
        const of = (normalise: 'channel' | false) => (guess: tf.Tensor) =>
          lossOf(normalise).compute({}, inputsOf(guess as tf.Tensor3D, target));
        return {
          normalised: of('channel')(given.prediction),
          raw: of(false)(given.prediction),
          slope: tf.grad(of('channel'))(given.prediction),
          errors: tokenErrors(given.prediction as tf.Tensor3D, target),
        };
      },
      { prediction, pixels: pixels() },
    );
    expect(found.normalised![0]).toBeCloseTo((2 * (1 + half) ** 2 + 2 * (1 - half) ** 2 + 8) / 12, 5);
    expect(found.raw![0]).toBeCloseTo((1 + 0.25 + 0.64 + 0 + 0.25 + 0.36 + 6 * 0.49) / 12, 6);
    expect(found.slope![0]).toBeCloseTo((2 * (1 + half)) / 12, 5);
    expect(found.slope![3]).toBeCloseTo((2 * (1 - half)) / 12, 5);
    expect(found.errors![0]).toBeCloseTo((1 + 0.25 + 0.64 + 0 + 0.25 + 0.36) / 6, 6);
    expect(found.errors![1]).toBeCloseTo(0.49, 6);
  });

  it('tells what a decoder that knows nothing would score, of every target (by hand)', async () => {
    const targets = { channel: pixelTarget(), joint: pixelTarget({ normalise: 'joint' }) };
    const raw = pixelTarget({ normalise: false });
    const found = await evaluate(
      engine,
      (given: { pixels: tf.Tensor }) => {
        const inputs = inputsOf(tf.zeros([1, 2, 6]), given.pixels as tf.Tensor3D);
        const of = (target: Target) => reconstructionLoss({ target }).figures!({}, inputs).baseline!;
        // The mean colour of both tokens: red 0.4, green 0.4, blue 0.3.
        const colour = tf.tile(tf.tensor3d([0.4, 0.4, 0.3], [1, 1, 3]), [1, 2, 2]) as tf.Tensor3D;
        const says = (prediction: tf.Tensor3D, target: Target) =>
          reconstructionLoss({ target }).compute({}, { ...inputs, prediction });
        return {
          channel: of(targets.channel),
          joint: of(targets.joint),
          raw: of(raw),
          saysZero: says(tf.zeros([1, 2, 6]), targets.joint),
          saysColour: says(colour, raw),
        };
      },
      { pixels: pixels() },
    );
    expect(found.channel![0]).toBeCloseTo((4 * 0.5) / 12, 5);
    // The steep token's unbiased variance is its own unit: 5 of 6; the flat one has none.
    expect(found.joint![0]).toBeCloseTo(5 / 12, 4);
    expect(found.saysZero![0]).toBeCloseTo(found.joint![0]!, 6);
    const squares = 0.16 + 0.36 + 0.01 + 0.01 + 0.01 + 0.01 + 4 * 0.01 + 2 * 0;
    expect(found.raw![0]).toBeCloseTo(squares / 12, 6);
    expect(found.saysColour![0]).toBeCloseTo(found.raw![0]!, 6);
  });

  const targetOf = async (pixels: Float32Array, tokens: number, over: TargetNormalisation) => {
    const { target } = await evaluate(
      engine,
      (given: { pixels: tf.Tensor }) => ({ target: normalisedTarget(given.pixels as tf.Tensor3D, over) }),
      { pixels: tf.tensor3d(pixels, [1, tokens, pixels.length / tokens]) },
    );
    return target!;
  };

  it.each(['channel', 'joint'] as const)('gives zeros for flat patches of any colour, %s', async (over) => {
    const [tokens, numbers] = [256, 1536]; // 2 x 16 x 16 pixels of a colour each
    for (const [scale, offset] of [
      [1, 0], // [0, 1]
      [2, -1], // [-1, 1]
      [4.4, -2.1], // about ImageNet's
    ] as const) {
      const pixels = Float32Array.from({ length: tokens * numbers }, (_, at) => {
        const [token, channel] = [Math.floor(at / numbers), over === 'joint' ? 0 : at % 3];
        return offset + (scale * ((token * (channel + 1) + 71 * channel) % 256)) / 255;
      });
      const target = await targetOf(pixels, tokens, over);
      expect(target.every((value) => Math.abs(value) === 0)).toBe(true);
    }
  });

  it.each(['channel', 'joint'] as const)('is exact for patches that are nearly flat, %s', async (over) => {
    // One colour but for a few pixels that are a step of 1 / 255 off, among them the first; references in double precision.
    const [tokens, numbers] = [64, 768];
    const pixels = Float32Array.from({ length: tokens * numbers }, (_, at) => {
      const [token, place] = [Math.floor(at / numbers), Math.floor((at % numbers) / 3)];
      const off = place % 50 === token % 5 ? 1 : 0;
      return (4 * token + off) / 255;
    });
    const groups = over === 'channel' ? 3 : 1;
    const expected = new Float64Array(pixels.length);
    for (let token = 0; token < tokens; token++) {
      for (let group = 0; group < groups; group++) {
        const places = Array.from(
          { length: numbers / groups },
          (_, i) => token * numbers + group + i * groups,
        );
        const mean = places.reduce((sum, at) => sum + pixels[at]!, 0) / places.length;
        const variance = places.reduce((sum, at) => sum + (pixels[at]! - mean) ** 2, 0) / (places.length - 1);
        const deviation = over === 'channel' ? Math.sqrt(variance) + 1e-6 : Math.sqrt(variance + 1e-6);
        for (const at of places) expected[at] = (pixels[at]! - mean) / deviation;
      }
    }
    const target = await targetOf(pixels, tokens, over);
    expect(largestDifference(target, expected)).toBeLessThan(1e-5);
  });

  it.skipIf(!hasFixture('videomae-pretrain'))('agrees with VideoMAE', async () => {
    const tensor = fixtureTensors('videomae-pretrain');
    const pixelsOf = tensor('target/unnormalised');
    const found = await evaluate(
      engine,
      (given: { prediction: tf.Tensor; pixels: tf.Tensor }) => {
        const target = given.pixels as tf.Tensor3D;
        const inputs = inputsOf(given.prediction as tf.Tensor3D, target);
        return {
          target: normalisedTarget(target, 'channel'),
          loss: reconstructionLoss().compute({}, inputs),
          baseline: pixelTarget().baseline(pixelTarget().values(target)),
        };
      },
      { prediction: tensor('output/decoder'), pixels: pixelsOf },
    );
    expect(largestDifference(found.target!, await tensor('target/normalised').data())).toBeLessThan(2e-5);
    expect(Math.abs(found.loss![0]! - (await tensor('output/losses').data())[0]!)).toBeLessThan(1e-5);
    expect(found.baseline![0]).toBeCloseTo(511 / 512, 3);
  });
});

describe('reconstructionLoss', () => {
  it('has no parameters, needs a decoder and no text, and says what it is', () => {
    const loss = reconstructionLoss();
    expect(loss.init(() => 0.5, { video: 8, prediction: 6 })).toEqual({});
    expect(loss.needs).toEqual({ views: ['reconstruct'], reconstruction: 'pixels', text: false });
    expect(loss.describe()).toEqual({
      is: 'reconstructionLoss',
      target: { is: 'pixelTarget', normalise: 'channel' },
    });
    expect(lossOf(false).describe()).toMatchObject({ target: { normalise: false } });
  });
  it('takes a target of features with errors of its own', async () => {
    const signs: Target = {
      of: 'features',
      values: (features) => tf.sign(features),
      errors: (prediction, values) => tf.mean(tf.abs(tf.sub(prediction, values)), 2),
      baseline: (values) => tf.mean(tf.abs(values)),
      describe: () => ({ is: 'signs' }),
    };
    const loss = reconstructionLoss({ target: signs });
    expect(loss.needs.reconstruction).toBe('features');
    const features = tf.tensor3d([3, -4], [1, 1, 2]);
    const inputs = { ...inputsOf(tf.zeros([1, 1, 2]), tf.zeros([1, 1, 6])), features };
    expect((await loss.compute({}, inputs).data())[0]).toBe(1);
    expect((await loss.figures!({}, inputs).baseline!.data())[0]).toBe(1);
    const { features: _left, ...without } = inputs;
    expect(() => loss.compute({}, without)).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'reconstructionLoss, features' }),
    );
  });
  it('refuses options that it does not know', () => {
    for (const wrong of [
      { normalise: 'values' },
      { normalise: true },
      { normalize: 'joint' },
      'channel',
      null,
    ]) {
      expect(() => pixelTarget(wrong as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
    for (const wrong of [{ normalise: 'joint' }, { target: 'pixels' }, { target: {} }, null]) {
      expect(() => reconstructionLoss(wrong as never)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(() => normalisedTarget(tf.zeros([1, 2, 6]), 'token' as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
  it('refuses shapes that do not fit', () => {
    const fails = (prediction: number[], target: number[]) =>
      expect(() =>
        reconstructionLoss().compute(
          {},
          inputsOf(
            tf.zeros(prediction as [number, number, number]),
            tf.zeros(target as [number, number, number]),
          ),
        ),
      ).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }));
    fails([1, 2, 6], [1, 3, 6]);
    fails([1, 2, 7], [1, 2, 7]);
    fails([1, 2, 3], [1, 2, 3]);
  });
  it('refuses values of another width than the prediction, and names featureLoss', () => {
    const asTheyAre = (of: Target['of'], values: Target['values']): Target => ({
      of,
      values,
      errors: (prediction, values) => tf.mean(tf.square(tf.sub(prediction, values)), 2),
      baseline: (values) => tf.mean(values),
      describe: () => ({ is: 'asTheyAre' }),
    });
    const features = tf.zeros<tf.Rank.R3>([1, 2, 4]);
    const inputs = { ...inputsOf(tf.zeros([1, 2, 6]), tf.zeros([1, 2, 6])), features };
    const first: Target['values'] = (pixels) => tf.slice(pixels, [0, 0, 0], [1, 2, 1]);
    for (const [target, received] of [
      [asTheyAre('features', (given) => given), '[1, 2, 4]'],
      [asTheyAre('pixels', first), '[1, 2, 1]'],
      [asTheyAre('pixels', () => undefined as never), 'undefined'],
    ] as const) {
      expect(() => reconstructionLoss({ target }).compute({}, inputs)).toThrow(
        expect.objectContaining({
          code: 'SHAPE_MISMATCH',
          where: `reconstructionLoss, target.values of the ${target.of}`,
          expected: expect.stringContaining('6 numbers of each token'),
          received,
          message: expect.stringContaining('featureLoss'),
        }),
      );
    }
  });
  it('leaves no tensors behind', () => {
    const given = inputsOf(tf.ones([1, 2, 6]), tf.zeros([1, 2, 6]));
    const before = tf.memory().numTensors;
    reconstructionLoss().compute({}, given).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
