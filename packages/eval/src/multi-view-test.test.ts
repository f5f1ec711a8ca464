import * as tf from '@tensorflow/tfjs';
import { type Params, type VideoMaeClassifier, videoMaeClassifier } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { multiViewScores, multiViewTest } from './multi-view-test.js';
import type { TestVideo } from './test-video.js';

const config = {
  numFrames: 2,
  imageSize: 4,
  patchSize: 2,
  tubeletSize: 2,
  hiddenSize: 4,
  numHiddenLayers: 1,
  numAttentionHeads: 1,
  intermediateSize: 4,
  layerNormEps: 1e-6,
};
const single = videoMaeClassifier({ ...config, labels: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] });
const grouped = videoMaeClassifier({
  ...config,
  labels: { verb: ['open', 'cut'], noun: ['door', 'knife', 'pan', 'tap'] },
});

const random = seededRandom('views');
const view = () => ({ frames: Uint8Array.from({ length: 96 }, () => random() * 256) });
const video = (id: string, views: number, label: TestVideo['label']): TestVideo => ({
  id,
  ...view(),
  others: Array.from({ length: views - 1 }, view),
  ...(label !== undefined && { label }),
});

/** Weights that tell clips apart. */
function paramsOf(model: VideoMaeClassifier): Params {
  const drawn = model.init(seededRandom('params'));
  const noise = seededRandom('head');
  const shape = drawn['classifier.weight']!.shape as [number, number];
  return {
    ...Object.fromEntries(
      Object.entries(drawn).map(([name, each]) => [name, name.endsWith('weight') ? tf.mul(each, 20) : each]),
    ),
    'fc_norm.weight': tf.ones([4]),
    'classifier.weight': tf.tensor2d(
      Float32Array.from({ length: shape[0] * shape[1] }, () => 3 * (noise() - 0.5)),
      shape,
    ),
  };
}

/** The logits of one clip alone, without batches. */
async function logitsOf(model: VideoMaeClassifier, params: Params, frames: Uint8Array): Promise<number[]> {
  // Tokens by hand: two frames of 4 x 4 in patches of 2 x 2, (frame, row, column, channel).
  const { mean, std } = model.pixels as unknown as { mean: number[]; std: number[] };
  const tokens: number[] = [];
  for (const top of [0, 2]) {
    for (const left of [0, 2]) {
      for (const frame of [0, 1]) {
        for (const y of [0, 1]) {
          for (const x of [0, 1]) {
            for (const channel of [0, 1, 2]) {
              const value = frames[((frame * 4 + top + y) * 4 + left + x) * 3 + channel]! / 255;
              tokens.push((value - mean[channel]!) / std[channel]!);
            }
          }
        }
      }
    }
  }
  const logits = model.classify(
    params,
    model.pool(params, model.encode(params, tf.tensor3d(tokens, [1, 4, 24]))),
  );
  return Array.from(await logits.data());
}

const softmax = (logits: number[]) => {
  const sum = logits.reduce((total, each) => total + Math.exp(each), 0);
  return logits.map((each) => Math.exp(each) / sum);
};

/** The mean over the views of the softmax of these logits. */
async function meanSoftmax(
  model: VideoMaeClassifier,
  params: Params,
  { frames, others = [] }: TestVideo,
  from: number,
  to: number,
) {
  const rows = await Promise.all(
    [{ frames }, ...others].map(async (each) =>
      softmax((await logitsOf(model, params, each.frames)).slice(from, to)),
    ),
  );
  return rows[0]!.map((_, at) => rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length);
}

const rankOf = (scores: readonly number[], label: number) =>
  scores.filter((score) => score > scores[label]!).length;
const share = (right: readonly boolean[]) => (100 * right.filter(Boolean).length) / right.length;

let engine: Engine;
let eager: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  eager = await cpuEngine();
});
afterAll(() => engine.dispose());

describe('multiViewScores', { timeout: 60_000 }, () => {
  const videos = [3, 1, 2, 3, 2, 1, 1, 3, 2].map((views, at) => video(`v${at}`, views, at % 7));

  it('takes the mean over the views of their softmax, as computed by hand', async () => {
    const params = paramsOf(single);
    const expected = await Promise.all(videos.map((each) => meanSoftmax(single, params, each, 0, 7)));
    for (const [on, batchSize] of [
      [eager, 4],
      [engine, 4],
      [engine, 1],
      [engine, 50],
    ] as const) {
      const scores = await multiViewScores({
        engine: on,
        model: single,
        params,
        videos,
        batchSize,
      });
      expect(scores.predictions.map(({ id, views }) => [id, views])).toEqual(
        videos.map(({ id, others }) => [id, 1 + others!.length]),
      );
      scores.predictions.forEach(({ probabilities: [found] }, at) => {
        found!.forEach((each, label) => {
          expect(each).toBeCloseTo(expected[at]![label]!, 4);
        });
      });
      const ranks = expected.map((row, at) => rankOf(row, at % 7));
      expect(scores).toMatchObject({
        groups: {
          classification: {
            top1: share(ranks.map((rank) => rank < 1)),
            top5: share(ranks.map((rank) => rank < 5)),
          },
        },
        videos: 9,
        leftOut: 0,
      });
      expect(scores).not.toHaveProperty('all');
      expect(new Set(ranks).size).toBeGreaterThan(3);
    }
  });

  it('scores each group, and all together by the products of their probabilities', async () => {
    const params = paramsOf(grouped);
    const labelled = videos.map((each, at) => ({ ...each, label: { noun: at % 4, verb: at % 2, tool: 8 } }));
    const verbs = await Promise.all(labelled.map((each) => meanSoftmax(grouped, params, each, 0, 2)));
    const nouns = await Promise.all(labelled.map((each) => meanSoftmax(grouped, params, each, 2, 6)));
    const ranks = labelled.map(({ label }, at) => {
      const products = verbs[at]!.flatMap((verb) => nouns[at]!.map((noun) => verb * noun));
      return rankOf(products, 4 * label.verb + label.noun);
    });
    const { groups, all } = await multiViewScores({
      engine,
      model: grouped,
      params,
      videos: labelled,
      batchSize: 4,
    });
    expect(groups.verb!.top1).toBeCloseTo(
      share(labelled.map(({ label }, at) => rankOf(verbs[at]!, label.verb) < 1)),
      9,
    );
    expect(groups.noun!.top1).toBeCloseTo(
      share(labelled.map(({ label }, at) => rankOf(nouns[at]!, label.noun) < 1)),
      9,
    );
    expect(groups.noun!.top5).toBe(100);
    expect(all).toMatchObject({
      top1: share(ranks.map((rank) => rank < 1)),
      top5: share(ranks.map((rank) => rank < 5)),
    });
    const both = labelled.map(
      ({ label }, at) => rankOf(verbs[at]!, label.verb) < 1 && rankOf(nouns[at]!, label.noun) < 1,
    );
    expect(all!.top1).toBeCloseTo(share(both), 9);
    expect(all!.top5).toBeLessThan(100);
  });

  it('gives the scores of chance where all classes tie', async () => {
    const params = {
      ...paramsOf(grouped),
      'classifier.weight': tf.zeros([6, 4]),
      'classifier.bias': tf.zeros([6]),
    };
    const same = videos.map((each) => ({ ...each, label: { verb: 1, noun: 2 } }));
    const { groups, all } = await multiViewScores({
      engine,
      model: grouped,
      params,
      videos: same,
      batchSize: 4,
    });
    expect(groups.verb!.top1).toBeCloseTo(50, 9);
    expect(groups.noun!.top1).toBeCloseTo(25, 9);
    expect(all!.top1).toBeCloseTo(100 / 8, 9);
    expect(all!.top5).toBeCloseTo(500 / 8, 9);
  });

  it('takes videos as they come, a pass at a time, and counts those that do not', async () => {
    const asked: string[] = [];
    const done: (readonly [number, number | undefined])[] = [];
    const coming = {
      length: 12,
      async *[Symbol.asyncIterator]() {
        for (const each of videos) {
          asked.push(each.id);
          yield each;
        }
      },
    };
    const scores = await multiViewScores({
      engine,
      model: single,
      params: paramsOf(single),
      videos: coming,
      batchSize: 3,
      onProgress: (count, total) => {
        done.push([count, total]);
        // Views of three videos at most are in hand before their pass is done.
        expect(asked.length).toBeLessThanOrEqual(count + 3);
      },
    });
    expect(scores).toMatchObject({ videos: 9, leftOut: 3 });
    expect(done.at(-1)).toEqual([9, 12]);
  });

  it.each([2, -1, Number.NaN])('refuses %d as the number of three videos', async (length) => {
    const few = { length, [Symbol.iterator]: () => videos.slice(0, 3)[Symbol.iterator]() };
    const params = paramsOf(single);
    await expect(
      multiViewScores({ engine, model: single, params, videos: few, batchSize: 2 }),
    ).rejects.toMatchObject({ code: 'OPTION_INVALID', where: 'multiViewScores, option videos, length' });
  });

  it.each([
    [
      { label: undefined },
      'LABEL_OUT_OF_RANGE',
      'multiViewScores, video "odd": expected a label from 0 to 6, got none',
    ],
    [{ label: 7 }, 'LABEL_OUT_OF_RANGE', 'got 7'],
    [{ label: { verb: 1 } }, 'LABEL_OUT_OF_RANGE', 'expected a label from 0 to 6'],
    [{ frames: new Uint8Array(95) }, 'SHAPE_MISMATCH', 'multiViewScores, view 0 of video "odd"'],
    [{ others: [{ frames: new Uint8Array(1) }] }, 'SHAPE_MISMATCH', 'multiViewScores, view 1 of video "odd"'],
  ])('names the video with %o', async (change, code, message) => {
    const two = [videos[0]!, { ...videos[1]!, id: 'odd', ...change } as TestVideo];
    const scoring = multiViewScores({
      engine,
      model: single,
      params: paramsOf(single),
      videos: two,
      batchSize: 2,
    });
    await expect(scoring).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it.each([
    [{ id: 'other' }, 'number 1: expected an id that no video before it has'],
    [{ id: undefined }, 'number 1: expected a video { id, frames }'],
    [{ frames: [1, 2] }, 'number 1: expected views { frames: Uint8Array }'],
    [{ others: [new Uint8Array(96)] }, 'number 1: expected views { frames: Uint8Array }'],
    [{ others: {} }, 'number 1: expected others: a list of { frames }'],
  ])('refuses what is no video with its views: %o', async (change, message) => {
    const two = [{ ...videos[0]!, id: 'other' }, { ...videos[1]!, id: 'odd', ...change } as never];
    const params = paramsOf(single);
    const scoring = multiViewScores({ engine, model: single, params, videos: two, batchSize: 2 });
    await expect(scoring).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it('refuses a call without options, as the evaluator does', async () => {
    await expect(multiViewScores(undefined as never)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/^multiViewScores: .*engine/),
    });
    expect(() => multiViewTest(undefined as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it('names the video whose logits are no numbers, and says when there is none', async () => {
    const params = { ...paramsOf(single), 'classifier.bias': tf.fill([7], Number.NaN) };
    const scoring = multiViewScores({ engine, model: single, params, videos, batchSize: 2 });
    await expect(scoring).rejects.toMatchObject({
      code: 'NON_FINITE_LOGIT',
      message: expect.stringContaining('multiViewScores, view 0 of video "v0"'),
    });
    await expect(
      multiViewScores({ engine, model: single, params: paramsOf(single), videos: [], batchSize: 2 }),
    ).rejects.toMatchObject({ code: 'TOO_FEW_EXAMPLES' });
  });

  it('is an evaluator, for parameters again and again', async () => {
    const evaluator = multiViewTest({
      engine,
      model: grouped,
      videos: videos.map((each) => ({ ...each, label: { verb: 0, noun: 1 } })),
      batchSize: 4,
    });
    const params = paramsOf(grouped);
    const first = await evaluator.evaluate(params);
    const figures = ['top1', 'top5', 'classMeanTop1', 'classMeanTop5'];
    expect(Object.keys(first)).toEqual([
      ...['verb', 'noun', 'all'].flatMap((group) => figures.map((figure) => `${group}/${figure}`)),
      'videos',
      'leftOut',
    ]);
    expect(await evaluator.evaluate(params)).toEqual(first);
    expect(
      await evaluator.evaluate({ ...params, 'classifier.bias': tf.tensor1d([9, 0, 0, 9, 0, 0]) }),
    ).toMatchObject({ 'all/top1': 100 });
    const alone = await multiViewTest({ engine, model: single, videos, batchSize: 4 }).evaluate(
      paramsOf(single),
    );
    expect(Object.keys(alone)).toEqual([...figures, 'videos', 'leftOut']);
    const unlabelled = [{ id: 'odd', ...view() }];
    await expect(
      multiViewTest({ engine, model: single, videos: unlabelled, batchSize: 4 }).evaluate(paramsOf(single)),
    ).rejects.toMatchObject({ message: expect.stringContaining('multiViewTest, video "odd"') });
    const all = videoMaeClassifier({ ...config, labels: { all: ['a'], other: ['b'] } });
    const ofAll = { engine, model: all, videos, batchSize: 4 };
    expect(() => multiViewTest(ofAll)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    // Its figures would be told under the same names as those of both groups.
    await expect(multiViewScores({ ...ofAll, params: paramsOf(all) })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'multiViewScores, option model',
    });
  });
});
