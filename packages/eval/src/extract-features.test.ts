import * as tf from '@tensorflow/tfjs';
import { SYMMETRIC_PIXELS, type VideoMaeConfig, videoMae } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, describe, expect, it } from 'vitest';
import { extractFeatures } from './extract-features.js';
import { representation } from './representation.js';

const config: VideoMaeConfig = {
  numFrames: 4,
  imageSize: 8,
  patchSize: 4,
  tubeletSize: 2,
  hiddenSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  intermediateSize: 24,
  decoderHiddenSize: 6,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 2,
  decoderIntermediateSize: 12,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
};
const model = videoMae(config, { pixels: SYMMETRIC_PIXELS });
const engine = await cpuEngine();
const params = model.init(seededRandom('init'));
afterAll(() => tf.dispose(params));

/** A bright bar at the top (class 0) or at the bottom (class 1), with noise. */
function clipsOf(count: number, key: string) {
  const random = seededRandom(key);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const clips = Array.from(labels, (label) =>
    Uint8Array.from({ length: 4 * 8 * 8 * 3 }, (_, i) => {
      const row = Math.floor(i / 24) % 8;
      return (row < 4 === (label === 0) ? 180 : 60) + 40 * random();
    }),
  );
  return { clips, labels };
}

describe('extractFeatures', () => {
  it('is the mean over all tokens of the encoder, whatever the batch size', async () => {
    const { clips } = clipsOf(5, 'features');
    const done: number[] = [];
    const before = tf.memory().numTensors;
    const features = await extractFeatures({
      engine,
      model,
      params,
      clips,
      batchSize: 2,
      onProgress: (count, total) => done.push(count, total),
    });
    expect(tf.memory().numTensors).toBe(before);
    expect([features.count, features.width]).toEqual([5, 12]);
    expect(done).toEqual([2, 5, 4, 5, 5, 5]);
    for (const [index, clip] of clips.entries()) {
      const direct = tf.tidy(() => {
        const [mean, std] = [tf.tensor1d([...SYMMETRIC_PIXELS.mean]), tf.tensor1d([...SYMMETRIC_PIXELS.std])];
        const pixels = tf
          .tensor(Float32Array.from(clip), [4 * 8 * 8, 3])
          .div(255)
          .sub(mean)
          .div(std);
        // [slice, frame, row, y, column, x, channel] -> tokens of (frame, y, x, channel)
        const tokens = pixels.reshape([2, 2, 2, 4, 2, 12]).transpose([0, 2, 4, 1, 3, 5]).reshape([1, 8, 96]);
        const positions = tf.range(0, 8, 1, 'int32').reshape([1, 8]);
        return model
          .encode(params, tokens as tf.Tensor3D, positions as tf.Tensor2D)
          .mean(1)
          .dataSync();
      });
      direct.forEach((x, i) => {
        expect(features.values[index * 12 + i]).toBeCloseTo(x, 5);
      });
    }
  });

  it('refuses clips of another size', async () => {
    const clips = [new Uint8Array(7)];
    await expect(extractFeatures({ engine, model, params, clips, batchSize: 2 })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
    await expect(extractFeatures({ engine, model, params, clips: [], batchSize: 2 })).rejects.toMatchObject({
      code: 'TOO_FEW_EXAMPLES',
    });
    const ok = { engine, model, params, clips: clipsOf(1, 'x').clips, batchSize: 2 };
    for (const wrong of [
      { batchSize: 0 },
      { clips: [[1, 2]] },
      { model: {} },
      { params: null },
      { batch: 1 },
    ]) {
      await expect(extractFeatures({ ...ok, ...wrong } as never)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      });
    }
  });
});

describe('representation', () => {
  it('names its numbers, measures subsets, and compiles its model once', async () => {
    const compiled: string[] = [];
    const counting: Engine = {
      ...engine,
      compile: (fn) => {
        compiled.push(fn.name);
        return engine.compile(fn);
      },
    };
    const [train, test] = [clipsOf(40, 'train'), clipsOf(20, 'test')];
    const captions = {
      embeddings: {
        values: Float32Array.from([...test.labels].flatMap((label) => [1 - label, label])),
        count: 20,
        width: 2,
      },
      groups: test.labels,
    };
    const evaluator = representation({
      engine: counting,
      model,
      train,
      test,
      classes: 2,
      batchSize: 8,
      seed: 3,
      subsets: { first: Array.from({ length: 20 }, (_, i) => i < 10), none: new Array(20).fill(false) },
      captions,
    });
    const numbers = await evaluator.evaluate(params);
    expect(numbers['probe/top1']).toBe(100);
    expect(numbers['probe/first']).toBe(100);
    expect(numbers['probe/none']).toBeNaN();
    expect(numbers['knn/top1']).toBe(100);
    expect(Object.keys(numbers).some((name) => name.startsWith('textToVideo'))).toBe(false);

    const projection = tf.tensor2d(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      [2, 12],
    );
    const again = await evaluator.evaluate({ ...params, 'contrastive.projection.weight': projection });
    projection.dispose();
    expect(again).toMatchObject(numbers);
    expect(again['textToVideo/R@10']).toBeGreaterThanOrEqual(0);
    expect(again['videoToText/chanceR@10']).toBeCloseTo(100, 2); // half of the gallery is right
    expect(compiled.length).toBe(3); // the encoder, the probe's objective and its products
  });

  it('takes several captions of each clip, right for all clips of their groups', async () => {
    const [train, test] = [clipsOf(20, 'train'), clipsOf(8, 'test')];
    // Three wordings for each class; the embedding says which class is meant.
    const embeddings = {
      values: Float32Array.from({ length: 24 * 2 }, (_, at) => (at % 2 === Math.floor(at / 6) % 2 ? 1 : 0)),
      count: 24,
      width: 2,
    };
    const groups = Array.from(
      { length: 24 },
      (_, at) => `class ${Math.floor(at / 3) % 2}, wording ${at % 3}`,
    );
    const clipGroups = Array.from(test.labels, (label) =>
      [0, 1, 2].map((w) => `class ${label}, wording ${w}`),
    );
    const options = { engine, model, train, test, classes: 2, batchSize: 8, seed: 3 };
    const projection = tf.ones([2, 12]);
    const lossParams = { 'contrastive.projection.weight': projection };
    const captions = { embeddings, groups, clipGroups };
    const numbers = await representation({ ...options, captions }).evaluate({
      ...params,
      ...lossParams,
    });
    // Twice the same direction for all clips: every text has the same cosine with all of them, so chance is right.
    expect(numbers['textToVideo/R@1']).toBeCloseTo(50, 10);
    expect(numbers['textToVideo/R@10']).toBeCloseTo(100, 10);
    projection.dispose();
  });

  it('refuses labels and options when it is made', () => {
    const { clips, labels } = clipsOf(20, 'x');
    const set = { clips, labels };
    const options = { engine, model, train: set, test: set, classes: 2, batchSize: 2, seed: 0 };
    const codeOf = (change: object) => {
      try {
        representation({ ...options, ...change } as never);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({})).toBe('none');
    expect(codeOf({ classes: 1 })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ train: { clips, labels: [0] } })).toBe('LABELS_MISMATCH');
    expect(codeOf({ train: clipsOf(19, 'few') })).toBe('TOO_FEW_EXAMPLES');
    expect(codeOf({ test: { clips: [], labels: [] } })).toBe('TOO_FEW_EXAMPLES');
    expect(codeOf({ train: { clips, label: labels } })).toBe('OPTION_INVALID');
    expect(codeOf({ captions: { embeddings: 1, groups: [0] } })).toBe('OPTION_INVALID');
    expect(codeOf({ captions: { embeddings: { values: 1, count: 1, width: 1 }, keys: [] } })).toBe(
      'OPTION_INVALID',
    );
    expect(codeOf({ subset: {} })).toBe('OPTION_INVALID');
    const embeddings = { values: new Float32Array(20), count: 20, width: 1 };
    const groups = new Array(20).fill('all');
    expect(codeOf({ captions: { embeddings, groups } })).toBe('none');
    expect(codeOf({ captions: { embeddings, groups: ['all'] } })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ captions: { embeddings, groups, clipGroups: ['all'] } })).toBe('SHAPE_MISMATCH');
    const spoilt = { ...embeddings, values: embeddings.values.map(() => Number.NaN) };
    expect(codeOf({ captions: { embeddings: spoilt, groups } })).toBe('NON_FINITE_FEATURE');
  });

  it('refuses a subset of another length', () => {
    const { clips, labels } = clipsOf(4, 'x');
    const set = { clips, labels };
    const options = { engine, model, train: set, test: set, classes: 2, batchSize: 2, seed: 0 };
    expect(() => representation({ ...options, subsets: { still: [true] } })).toThrow(
      /subset "still": expected 4/,
    );
  });
});
