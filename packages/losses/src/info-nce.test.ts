import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import { fixtureJson, fixtureTensors, hasFixture } from './fixtures.test-support.js';
import { infoNce, infoNceBaseline, meanNegatives } from './info-nce.js';
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

  /** @param keys of each key one list of numbers, one for each row */
  const evaluated = (video: number[][], text: number[][], scale: number, ...keys: number[][]) => {
    const inputs = {
      rows: tf.tensor2d(video),
      columns: tf.tensor2d(text),
      scale: tf.scalar(scale),
      keys: keys.map((key) => tf.tensor2d(key, [key.length, 1], 'int32')),
    };
    return evaluate(
      engine,
      (given: typeof inputs) => ({
        loss: infoNce(given),
        negatives: meanNegatives(given.keys, video.length),
        baseline: infoNceBaseline(given.keys, video.length),
      }),
      inputs,
    );
  };
  const lossOf = async (...given: Parameters<typeof evaluated>) => (await evaluated(...given)).loss![0]!;

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

  it('leaves out what is the same by any key: a clip that comes twice is not its own negative', async () => {
    // Clips 0 and 1 are one video under two captions, clips 1 and 2 have one caption. A perfect model.
    const at = (degrees: number) => [Math.cos(degrees / 57.3), Math.sin(degrees / 57.3)];
    const same = [at(0), at(0), at(90), at(180)];
    const captions = [1, 2, 2, 3];
    const samples = [5, 5, 6, 7];
    const found = await evaluated(same, same, 100, captions, samples);
    expect(found.loss![0]).toBeCloseTo(0, 4);
    // Of 3 others each: clip 0 loses one, clip 1 two, clip 2 one.
    expect(found.negatives![0]).toBeCloseTo((2 + 1 + 2 + 3) / 4, 6);
    expect(await lossOf(same, same, 100, captions)).toBeCloseTo((4 * Math.LN2) / 8, 4);
    expect((await evaluated(same, same, 100)).negatives![0]).toBe(3);
  });

  it('has as its baseline what it is where nothing is told apart, at any scale', async () => {
    const alike = Array.from({ length: 5 }, () => [0.6, 0.8]);
    const captions = [1, 2, 2, 3, 2];
    const samples = [5, 5, 6, 7, 8];
    for (const scale of [1, 14, 100]) {
      const all = await evaluated(alike, alike, scale);
      expect(all.baseline![0]).toBeCloseTo(Math.log(5), 6);
      expect(all.loss![0]).toBeCloseTo(all.baseline![0]!, 4);
      const some = await evaluated(alike, alike, scale, captions, samples);
      // Negatives: 3, 1, 2, 4 and 2. The mean of their logarithms is not the logarithm of their mean.
      const byHand = (Math.log(4) + Math.log(2) + Math.log(3) + Math.log(5) + Math.log(3)) / 5;
      expect(some.baseline![0]).toBeCloseTo(byHand, 6);
      expect(some.loss![0]).toBeCloseTo(byHand, 4);
    }
    expect((await evaluated(alike, alike, 1, [1, 1, 1, 1, 1])).baseline![0]).toBe(0);
  });

  it('tells keys apart that differ in the last of 32 bits, and in any one of their numbers', async () => {
    const ones = [
      [1, 0],
      [1, 0],
    ];
    for (const key of [2 ** 31 - 1, 2 ** 30, -(2 ** 31), 123456789]) {
      const other = key > 0 ? key - 1 : key + 1;
      expect(await lossOf(ones, ones, 1, [key, other]), `${key}`).toBeCloseTo(Math.LN2, 6);
      expect(await lossOf(ones, ones, 1, [key, key]), `${key}`).toBeCloseTo(0, 6);
    }
    const wide = (second: number) => tf.tensor2d([9, 1, 9, second], [2, 2], 'int32');
    const { equal, unequal } = await evaluate(
      engine,
      (given: { equal: tf.Tensor2D; unequal: tf.Tensor2D }) => ({
        equal: meanNegatives([given.equal], 2),
        unequal: meanNegatives([given.unequal], 2),
      }),
      { equal: wide(1), unequal: wide(2) },
    );
    expect([equal![0], unequal![0]]).toEqual([0, 1]);
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
      const keys = [tf.reshape(tf.range(0, n, 1, 'int32'), [n, 1]) as tf.Tensor2D];
      const inputs = {
        image: tensor(`${name}/raw_image`),
        text: tensor(`${name}/raw_text`),
        logScale: tf.scalar(log_scale),
        keys,
      };
      const found = await evaluate(
        engine,
        (given: typeof inputs) => {
          const loss = (image: tf.Tensor, text: tf.Tensor, logScale: tf.Tensor) =>
            infoNce({
              rows: l2Normalise(image as tf.Tensor2D),
              columns: l2Normalise(text as tf.Tensor2D),
              scale: tf.exp(logScale as tf.Scalar),
              keys: given.keys,
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

it('refuses what does not fit, and inputs that it does not know', () => {
  const codeOf = (change: object) => {
    const rows = tf.eye(2) as tf.Tensor2D;
    const keys = [tf.tensor2d([0, 1], [2, 1], 'int32')];
    try {
      infoNce({ rows, columns: rows, scale: tf.scalar(1), keys, ...change });
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'none';
  };
  expect(codeOf({})).toBe('none');
  expect(codeOf({ keys: [] })).toBe('none');
  for (const change of [
    { scale: tf.ones([2]) },
    { columns: tf.zeros([3, 2]) },
    { columns: tf.zeros([2, 3]) },
    { keys: [tf.zeros([3, 1], 'int32')] },
  ]) {
    expect(codeOf(change)).toBe('SHAPE_MISMATCH');
  }
  for (const change of [
    { scale: 14 },
    { rows: tf.zeros([2]) },
    { keys: undefined },
    { keys: tf.zeros([2, 1], 'int32') },
    { keys: [tf.zeros([2, 1])] },
    { keys: [tf.zeros([2], 'int32')] },
    { temperature: 0.07 },
  ]) {
    expect(codeOf(change)).toBe('OPTION_INVALID');
  }
});
