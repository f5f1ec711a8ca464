import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import { fixtureJson, fixtureTensors, hasFixture } from './fixtures.test-support.js';
import { infoNce } from './info-nce.js';
import { l2Normalise } from './l2-normalise.js';

interface InfoNceCase {
  readonly name: string;
  readonly n: number;
  readonly log_scale: number;
  readonly loss_float64: number;
}

function largestDifference(values: readonly number[], reference: readonly number[]): number {
  return Math.max(...values.map((value, index) => Math.abs(value - reference[index]!)));
}

/** |a - b| / |b| */
function relativeError(values: readonly number[], reference: readonly number[]): number {
  const difference = Math.hypot(...values.map((value, index) => value - reference[index]!));
  return difference / Math.hypot(...reference);
}

describe.each(ENGINES)('infoNce on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const lossOf = async (video: number[][], text: number[][], scale: number, groups: number[]) => {
    const inputs = {
      video: tf.tensor2d(video),
      text: tf.tensor2d(text),
      scale: tf.scalar(scale),
      captionGroup: tf.tensor1d(groups, 'int32'),
    };
    return (await evaluate(engine, (tensors: typeof inputs) => ({ loss: infoNce(tensors) }), inputs))
      .loss![0]!;
  };

  it('two pairs (by hand)', async () => {
    // Cosines [[1, 0], [0.6, 0.8]], scale 2. Rows: ln(1 + e^-2), ln(1 + e^-0.4); columns: ln(1 + e^-0.8), ln(1 + e^-1.6).
    const video = [
      [1, 0],
      [0.6, 0.8],
    ];
    const text = [
      [1, 0],
      [0, 1],
    ];
    const expected = [2, 0.4, 0.8, 1.6].reduce((sum, gap) => sum + Math.log1p(Math.exp(-gap)), 0) / 4;
    expect(await lossOf(video, text, 2, [0, 1])).toBeCloseTo(expected, 6);
  });

  it('leaves other clips with the same caption out of both directions (by hand)', async () => {
    // Clips 0 and 2 share a caption. Cosines: [[1, 0, 1], [0, 1, 0], [0.6, 0.8, 0.6]]. Left after the captions that
    // clips 0 and 2 share are gone, at scale 1:
    const gaps = {
      videos: [[0 - 1], [0 - 1, 0 - 1], [0.8 - 0.6]],
      texts: [[0 - 1], [0 - 1, 0.8 - 1], [0 - 0.6]],
    };
    const term = (others: number[]) => Math.log(1 + others.reduce((sum, gap) => sum + Math.exp(gap), 0));
    const expected = [...gaps.videos, ...gaps.texts].reduce((sum, others) => sum + term(others), 0) / 6;
    const video = [
      [1, 0],
      [0, 1],
      [0.6, 0.8],
    ];
    const text = [
      [1, 0],
      [0, 1],
      [1, 0],
    ];
    expect(await lossOf(video, text, 1, [7, 3, 7])).toBeCloseTo(expected, 6);
    expect(await lossOf(video, text, 1, [7, 3, 8])).toBeGreaterThan(expected + 0.1);
  });

  it('is zero for a batch of one caption, and finite for opposite vectors at the largest scale', async () => {
    const ones = [
      [1, 0],
      [1, 0],
    ];
    expect(await lossOf(ones, ones, 100, [5, 5])).toBeCloseTo(0, 4);
    const crossed = [
      [-1, 0],
      [1, 0],
    ];
    const straight = [
      [1, 0],
      [-1, 0],
    ];
    expect(await lossOf(crossed, straight, 100, [0, 1])).toBeCloseTo(200, 3);
  });

  it('leaves the same caption out, and is 0 for a perfect match, at any temperature', async () => {
    const at = (degrees: number) => [Math.cos(degrees / 57.3), Math.sin(degrees / 57.3)];
    const perfect = [at(10), at(10), at(80), at(190)];
    for (const temperature of [0.07, 1e-3, 1e-5, 1e-8]) {
      expect(await lossOf(perfect, perfect, 1 / temperature, [4, 4, 2, 1]), `${temperature}`).toBeLessThan(
        1e-2,
      );
      expect(await lossOf(perfect, perfect, 1 / temperature, [4, 4, 2, 1])).toBeGreaterThanOrEqual(0);
    }
    // Clips 0 and 1 have one caption, at 0 degrees; clip 0 lies across from it, clip 1 on it. Clip 2 stands at 90 degrees, at
    // cosine 0 with all else. Wrong are clip 0's search and its caption's search for it: clip 2 leads by the scale in both.
    const video = [at(180), at(0), at(90)];
    const text = [at(0), at(0), at(90)];
    for (const scale of [100, 1e4, 1e6]) {
      expect((await lossOf(video, text, scale, [7, 7, 1])) / ((2 * scale) / 6), `${scale}`).toBeCloseTo(1, 3);
    }
  });

  const cases: InfoNceCase[] = hasFixture('infonce') ? fixtureJson('infonce').cases : [];
  describe.skipIf(cases.length === 0)('against open_clip', () => {
    it.each(cases)('$name', async ({ name, n, log_scale, loss_float64 }) => {
      const tensor = fixtureTensors('infonce');
      const stored = async (field: string) => Array.from(await tensor(`${name}/${field}`).data());
      const captionGroup = tf.range(0, n, 1, 'int32');
      const inputs = {
        image: tensor(`${name}/raw_image`),
        text: tensor(`${name}/raw_text`),
        logScale: tf.scalar(log_scale),
        captionGroup,
      };
      const found = await evaluate(
        engine,
        (given: typeof inputs) => {
          const loss = (image: tf.Tensor, text: tf.Tensor, logScale: tf.Tensor) =>
            infoNce({
              video: l2Normalise(image as tf.Tensor2D),
              text: l2Normalise(text as tf.Tensor2D),
              scale: tf.exp(logScale as tf.Scalar),
              captionGroup: given.captionGroup as tf.Tensor1D,
            });
          const { value, grads } = tf.valueAndGrads(loss)([given.image, given.text, given.logScale]);
          const unit = l2Normalise(given.image as tf.Tensor2D);
          const cosines = tf.matMul(unit, l2Normalise(given.text as tf.Tensor2D), false, true);
          const logits = tf.mul(cosines, tf.exp(given.logScale));
          return { loss: value, image: grads[0]!, text: grads[1]!, logScale: grads[2]!, unit, logits };
        },
        inputs,
      );
      const tolerance = Math.exp(log_scale) > 99 ? 5e-5 : 1e-5;
      expect(Math.abs(found.loss![0]! - loss_float64)).toBeLessThan(tolerance);
      expect(largestDifference(found.logits!, await stored('logits_per_image'))).toBeLessThan(tolerance);
      expect(largestDifference(found.unit!, await stored('image_features'))).toBeLessThan(1e-6);
      expect(relativeError(found.image!, await stored('grad_raw_image'))).toBeLessThan(1e-4);
      expect(relativeError(found.text!, await stored('grad_raw_text'))).toBeLessThan(1e-4);
      expect(relativeError(found.logScale!, await stored('grad_log_scale'))).toBeLessThan(1e-4);
    });
  });
});

it('refuses a scale that is no scalar, and inputs that it does not know', () => {
  const rows = tf.eye(2) as tf.Tensor2D;
  const codeOf = (change: object) => {
    try {
      const captionGroup = tf.tensor1d([0, 1], 'int32');
      infoNce({ video: rows, text: rows, scale: tf.scalar(1), captionGroup, ...change });
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'none';
  };
  expect(codeOf({})).toBe('none');
  expect(codeOf({ scale: tf.ones([2]) })).toBe('SHAPE_MISMATCH');
  expect(codeOf({ scale: 14 })).toBe('OPTION_INVALID');
  expect(codeOf({ captionGroup: undefined })).toBe('OPTION_INVALID');
  expect(codeOf({ temperature: 0.07 })).toBe('OPTION_INVALID');
});

it('refuses a batch that does not match', () => {
  const fails = (text: number[], groups: number) =>
    expect(() =>
      infoNce({
        video: tf.zeros([2, 3]),
        text: tf.zeros(text as [number, number]),
        scale: tf.scalar(1),
        captionGroup: tf.zeros([groups], 'int32'),
      }),
    ).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }));
  fails([3, 3], 2);
  fails([2, 4], 2);
  fails([2, 3], 3);
});
