import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contrastiveLoss } from './contrastive-loss.js';
import { ENGINES, evaluate } from './engines.test-support.js';
import type { Params } from './loss.js';

/** Numbers in [-1, 1) without a pattern that matters here. */
const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, index) => Math.sin(12.9898 * (index + 1) + 78.233 * seed));

const WEIGHT = 'contrastive.projection.weight';
const SCALE = 'contrastive.logit_scale';

/** All of a batch that the loss reads; captions 0 and 2 are the same, and so are the samples 1 and 3. */
const batch = (change: Record<string, tf.Tensor> = {}): Record<string, tf.Tensor> => ({
  embedding: tf.tensor2d(numbers(4 * 5, 1), [4, 5]),
  textEmbedding: tf.tensor2d(numbers(4 * 3, 2), [4, 3]),
  captionKey: tf.tensor2d([0, 9, 1, 9, 0, 9, 2, 9], [4, 2], 'int32'),
  sampleKey: tf.tensor2d([4, 0, 5, 0, 6, 0, 5, 0], [4, 2], 'int32'),
  ...change,
});

/** The loss of a whole batch, by its rows. */
function lossOf(given: Record<string, tf.Tensor>, params: Params): tf.Scalar {
  const loss = contrastiveLoss();
  const embedding = given.embedding as tf.Tensor2D;
  const views = { reconstruct: { embedding, tokens: tf.zeros<tf.Rank.R3>([4, 1, 1]) } };
  return loss.compare(
    params,
    loss.rows(params, { ...(given as Record<string, tf.Tensor2D>), views } as never),
  );
}

const params = (logScale = 1.5): Record<string, tf.Tensor> => ({
  [WEIGHT]: tf.tensor2d(numbers(15, 3), [3, 5]),
  [SCALE]: tf.scalar(logScale),
});

/** The same loss in plain numbers, straight from its definition. */
function plainLoss(given: Record<string, ArrayLike<number>>): number {
  const unit = (row: number[]) => row.map((value) => value / Math.hypot(...row));
  const [batch, width, textWidth] = [4, 5, 3];
  const rows = (values: ArrayLike<number>, side: number) =>
    Array.from({ length: values.length / side }, (_, row) =>
      Array.from({ length: side }, (_, at) => values[row * side + at]!),
    );
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  const weight = rows(given.weight!, width);
  const video = rows(given.video!, width).map((row) => unit(weight.map((out) => dot(out, row))));
  const text = rows(given.text!, textWidth).map(unit);
  const scale = Math.min(100, Math.exp(given.logScale![0]!));
  let total = 0;
  for (let own = 0; own < batch; own += 1) {
    let ofVideo = 0;
    let ofText = 0;
    for (let other = 0; other < batch; other += 1) {
      if (other !== own && own % 2 === other % 2) continue; // clips 0 and 2, 1 and 3
      ofVideo += Math.exp(scale * dot(video[own]!, text[other]!));
      ofText += Math.exp(scale * dot(video[other]!, text[own]!));
    }
    total += Math.log(ofVideo) + Math.log(ofText) - 2 * scale * dot(video[own]!, text[own]!);
  }
  return total / (2 * batch);
}

describe.each(ENGINES)('contrastiveLoss on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const gradientsAt = (logScale: number) => {
    const given = { ...batch(), ...params(logScale) };
    return evaluate(
      engine,
      (tensors: Record<string, tf.Tensor>) => {
        const compute = (embedding: tf.Tensor, weight: tf.Tensor, scale: tf.Tensor) =>
          lossOf({ ...tensors, embedding }, { [WEIGHT]: weight, [SCALE]: scale });
        const at = [tensors.embedding!, tensors[WEIGHT]!, tensors[SCALE]!];
        const { value, grads } = tf.valueAndGrads(compute)(at);
        return { loss: value, video: grads[0]!, weight: grads[1]!, logScale: grads[2]! };
      },
      given,
    );
  };

  it('is its definition, and its gradients are the differences of it', async () => {
    const plain = {
      video: Array.from(numbers(20, 1)),
      text: Array.from(numbers(12, 2)),
      weight: Array.from(numbers(15, 3)),
      logScale: [1.5],
    };
    const found = await gradientsAt(1.5);
    expect(found.loss![0]).toBeCloseTo(plainLoss(plain), 5);
    for (const name of ['video', 'weight', 'logScale'] as const) {
      plain[name].forEach((value, index) => {
        const moved = (by: number) => plainLoss({ ...plain, [name]: plain[name].with(index, value + by) });
        const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        expect(found[name]![index]! - slope, `${name} ${index}`).toBeCloseTo(0, 5);
      });
    }
  });

  it('stops the scale at 100, from where it can come back but not go on', async () => {
    const beyond = await gradientsAt(6);
    const ceiling = await gradientsAt(Math.log(100));
    expect(beyond.loss![0]).toBeCloseTo(ceiling.loss![0]!, 3);
    expect(ceiling.logScale![0]).toBeGreaterThan(0); // a smaller scale is better for these random vectors
    expect(beyond.logScale![0]! / ceiling.logScale![0]!).toBeCloseTo(1, 3);

    // Matched pairs that lie close together, which a larger scale would tell apart better.
    const near = tf.tensor2d([1, 0.1, 0, 1, 0, 0.1, 1, -0.1, 0, 1, 0, -0.1], [4, 3]);
    const apart = tf.tensor2d([0, 0, 0, 1, 0, 2, 0, 3], [4, 2], 'int32');
    const identity = tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]);
    const pairs = batch({ embedding: near, textEmbedding: near, captionKey: apart, sampleKey: apart });
    const slopeAt = async (logScale: number) => {
      const given = { ...pairs, identity, scale: tf.scalar(logScale) };
      const { slope } = await evaluate(
        engine,
        (tensors: Record<string, tf.Tensor>) => {
          const compute = (scale: tf.Tensor) =>
            lossOf(tensors, { [WEIGHT]: tensors.identity!, [SCALE]: scale });
          return { slope: tf.grad(compute)(tensors.scale!) };
        },
        given,
      );
      return slope![0];
    };
    expect(await slopeAt(Math.log(99))).toBeLessThan(-0.1);
    expect(await slopeAt(6)).toBeCloseTo(0, 7);
  });

  it('has finite gradients for an encoder that says nothing', async () => {
    const silent = { ...batch({ embedding: tf.zeros([4, 5]) }), ...params() };
    const { slope, value } = await evaluate(
      engine,
      (tensors: Record<string, tf.Tensor>) => {
        const compute = (weight: tf.Tensor) =>
          lossOf(tensors, { [WEIGHT]: weight, [SCALE]: tensors[SCALE]! });
        return { slope: tf.grad(compute)(tensors[WEIGHT]!), value: compute(tensors[WEIGHT]!) };
      },
      silent,
    );
    expect(slope!.every(Number.isFinite)).toBe(true);
    // Every choice is equally good, of 3 candidates each.
    expect(value![0]).toBeCloseTo(Math.log(3), 5);
  });
});

describe('contrastiveLoss', () => {
  it('starts from the temperature, with Xavier weights', async () => {
    let draws = 0;
    const random = () => (draws++ * 0.618034) % 1;
    const made: Params = contrastiveLoss().init(random, { video: 30, text: 20, prediction: 6 });
    expect(Object.keys(made)).toEqual([WEIGHT, SCALE]);
    expect(made[WEIGHT]!.shape).toEqual([20, 30]);
    expect(made[SCALE]!.shape).toEqual([]);
    const weight = Array.from(await made[WEIGHT]!.data());
    const bound = Math.sqrt(6 / 50);
    expect(Math.max(...weight.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.hypot(...weight) / Math.sqrt(600)).toBeCloseTo(bound / Math.sqrt(3), 2);
    expect((await made[SCALE]!.data())[0]).toBeCloseTo(2.65926, 5);
    const warm = contrastiveLoss({ temperature: 0.5 }).init(random, {
      video: 3,
      text: 2,
      prediction: 6,
    })[SCALE]!;
    expect((await warm.data())[0]).toBeCloseTo(Math.log(2), 6);
  });

  it('says what it needs and what it is', () => {
    expect(contrastiveLoss().needs).toEqual({ views: ['reconstruct'], text: true });
    expect(contrastiveLoss({ view: 'contrast' }).needs.views).toEqual(['contrast']);
    expect(contrastiveLoss().describe()).toEqual({
      is: 'contrastiveLoss',
      temperature: 0.07,
      view: 'reconstruct',
    });
  });

  it('tells how many negatives a clip has, and what it is where all look alike', async () => {
    const { captionKey, sampleKey } = batch() as Record<string, tf.Tensor2D>;
    const rows = {
      video: tf.zeros([4, 3]),
      text: tf.zeros([4, 3]),
      captionKey: captionKey!,
      sampleKey: sampleKey!,
    };
    const { negatives, baseline } = contrastiveLoss().figures!({}, rows);
    expect((await negatives!.data())[0]).toBe(2);
    expect((await baseline!.data())[0]).toBeCloseTo(Math.log(3), 6);
  });

  it('says what does not fit', () => {
    const fails = (code: string, change: Record<string, tf.Tensor>, given: Params = params()) =>
      expect(() => lossOf(batch(change), given)).toThrow(expect.objectContaining({ code }));
    fails('SHAPE_MISMATCH', { textEmbedding: tf.zeros([4, 2]) });
    fails('SHAPE_MISMATCH', { textEmbedding: tf.zeros([3, 3]) });
    fails('SHAPE_MISMATCH', { embedding: tf.zeros([4, 6]) });
    fails('SHAPE_MISMATCH', { captionKey: tf.zeros([3, 2], 'int32') });
    fails('SHAPE_MISMATCH', { sampleKey: tf.zeros([4, 1], 'int32') });
    fails('SHAPE_MISMATCH', {}, {});
    for (const temperature of [0, 0.009, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => contrastiveLoss({ temperature })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(() => contrastiveLoss({ temprature: 0.1 } as never)).toThrow(/temprature/);
    for (const widths of [{ video: 0, text: 4 }, { video: 4, text: 0.5 }, { video: 4 }, undefined]) {
      expect(() => contrastiveLoss().init(() => 0.5, widths as never)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });

  it('refuses a batch of one clip, which has nothing to be told apart from', () => {
    const one = {
      embedding: tf.ones([1, 5]),
      textEmbedding: tf.ones([1, 3]),
      captionKey: tf.zeros([1, 2], 'int32'),
      sampleKey: tf.zeros([1, 2], 'int32'),
    };
    expect(() => lossOf(one, params())).toThrow(expect.objectContaining({ code: 'TOO_FEW_CLIPS' }));
  });

  it('leaves no tensors behind', () => {
    const [given, made] = [batch(), params()];
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      lossOf(given, made);
    });
    const loss = contrastiveLoss();
    const rows = loss.rows(made, {
      ...given,
      views: { reconstruct: { embedding: given.embedding } },
    } as never);
    loss.compare(made, rows).dispose();
    tf.dispose(rows as tf.NamedTensorMap);
    expect(tf.memory().numTensors).toBe(before);
  });
});
