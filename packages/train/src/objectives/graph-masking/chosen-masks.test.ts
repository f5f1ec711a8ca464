import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, tinyModel } from '../tiny-batch.test-support.js';
import { adaptiveMasking } from './adaptive-masking.js';
import { autoMasking } from './auto-masking.js';
import { allPositions } from './chosen-view.js';
import type { GraphMasking } from './graph-masking.js';
import { gumbelNoise } from './gumbel-noise.js';
import { rectanglePrior } from './rectangle-prior.js';
import { teacherAttentionMasking } from './teacher-attention-masking.js';

const [CLIPS, COUNT] = [3, 8];
const tiny = tinyModel({ positions: 'separable' });

/** The model whose last block attends as it is told: [heads, N], the same for every clip. */
const attending = (shares: readonly (readonly number[])[]): VideoMae => ({
  ...tiny,
  attendedTo: (_params, embedded) =>
    tf.tile(tf.expandDims(tf.tensor2d(shares as number[][]), 0), [embedded.shape[0], 1, 1]),
});

const uniformNoise = (seed: string, width: number): tf.Tensor2D =>
  tf.tensor2d(Float32Array.from({ length: CLIPS * width }, seededRandom(seed)), [CLIPS, width]);

async function chosen(
  engine: Engine,
  masking: GraphMasking,
  model: VideoMae,
  noise: tf.Tensor2D,
  change: (params: Params) => Params = (params) => params,
) {
  const start = model.init(seededRandom('start'));
  const { params, buffers = {} } = masking.init(seededRandom('mask'), model, start);
  const run = engine.compile(
    (given: { params: Params; buffers: Params; noise: tf.Tensor2D; tokens: tf.Tensor3D }) => {
      const { tokens } = given;
      const embedded = model.embed(given.params, tokens, allPositions(CLIPS, COUNT));
      const choice = masking.choose(given.params, given.buffers, {
        model,
        embedded,
        tokens,
        noise: given.noise,
        cues: {},
      });
      return { embedded, ...choice };
    },
  );
  const random = seededRandom('tokens');
  const tokens = tf.tensor3d(Float32Array.from({ length: CLIPS * COUNT * model.tokenSize }, random), [
    CLIPS,
    COUNT,
    model.tokenSize,
  ]);
  const made = await run({ params: change({ ...start, ...params }), buffers, noise, tokens });
  const read = async (tensor: tf.Tensor | undefined) => (await tensor?.array()) as number[][];
  return {
    order: await read(made.order),
    logProbability: await read(made.logProbability),
    weight: await read(made.weight),
    further: made.further ?? {},
    embedded: (await made.embedded.array()) as number[][][],
  };
}

/** Token numbers by falling keys, the lower number first where they are equal. */
const descending = (keys: readonly number[]): number[] =>
  keys.map((_, token) => token).sort((a, b) => keys[b]! - keys[a]! || a - b);

const logSoftmax = (scores: readonly number[]): number[] => {
  const largest = Math.max(...scores);
  const sum = scores.reduce((total, score) => total + Math.exp(score - largest), 0);
  return scores.map((score) => score - largest - Math.log(sum));
};

describe.each(ENGINES)('masks that are chosen in the graph, on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it('adaptive: by the softmax of a linear map and the noise, with a block that passes on', async () => {
    const masking = adaptiveMasking({ ratio: 0.5 });
    const noise = uniformNoise('noise', COUNT);
    const scores = Array.from({ length: 12 }, (_, at) => Math.sin(at) * 3);
    const block = 'adaptive.videomae.encoder.layer.0';
    // Both branches of the block are 0.
    const { order, logProbability, embedded } = await chosen(engine, masking, tiny, noise, (params) => ({
      ...params,
      [`${block}.attention.output.dense.weight`]: tf.zeros([12, 12]),
      [`${block}.output.dense.weight`]: tf.zeros([12, 24]),
      'adaptive.scores.weight': tf.tensor2d([scores]),
    }));
    const drawn = (await noise.array()) as number[][];
    embedded.forEach((rows, clip) => {
      const byHand = logSoftmax(
        rows.map((row) => row.reduce((sum, value, at) => sum + value * scores[at]!, 0)),
      );
      byHand.forEach((value, token) => {
        expect(logProbability[clip]![token]).toBeCloseTo(value, 4);
      });
      expect(order[clip]).toEqual(descending(byHand.map((value, token) => value + drawn[clip]![token]!)));
    });
  });

  /** Mean over the heads: .05 .2 .1 .2 .15 .05 .15 .1 */
  const SHARES = [
    [0.1, 0.2, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1],
    [0, 0.2, 0.1, 0.2, 0.2, 0, 0.2, 0.1],
  ];

  it('teacher: shows what is attended to least or most, and hides the lower of equals', async () => {
    const noise = uniformNoise('noise', COUNT);
    const select = async (which: 'high' | 'low') =>
      (await chosen(engine, teacherAttentionMasking({ ratio: 0.5, select: which }), attending(SHARES), noise))
        .order;
    for (const row of await select('high')) expect(row).toEqual([5, 0, 7, 2, 6, 4, 3, 1]);
    for (const row of await select('low')) expect(row).toEqual([3, 1, 6, 4, 7, 2, 5, 0]);
  });

  it('teacher: a hint shows some of the most attended at random, and hides as many behind them', async () => {
    const noise = tf.tensor2d([
      [0.9, 0.1, 0.2, 0, 0, 0, 0, 0],
      [0.1, 0.9, 0.2, 0, 0, 0, 0, 0],
      [0.1, 0.2, 0.9, 0, 0, 0, 0, 0],
    ]);
    const masking = teacherAttentionMasking({ ratio: 0.5, select: 'hint', hintFrom: 0.375, hintShare: 0.34 });
    const { order } = await chosen(engine, masking, attending(SHARES), noise);
    // By falling attention: 1 3 4 6 2 7 0 5. One of the first three is shown, the other four of the first five are hidden.
    order.forEach((row, clip) => {
      const shown = [1, 3, 4][clip]!;
      expect([...row.slice(0, 4)].sort()).toEqual([shown, 7, 0, 5].sort());
      expect([...row.slice(4)].sort()).toEqual([1, 3, 4, 6, 2].filter((token) => token !== shown).sort());
    });
    // Where all that is visible is a hint, and where nothing is.
    for (const [hintShare, ratio] of [
      [0.5, 0.5],
      [0, 0.5],
      [0.9, 0.875],
      [1, 0.5],
      [0.5, 0],
    ] as const) {
      const edge = teacherAttentionMasking({ ratio, select: 'hint', hintShare, hintFrom: 1 });
      const made = await chosen(engine, edge, attending(SHARES), noise);
      for (const row of made.order) expect([...row].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });

  it('teacher: keeps by the logarithm of attention and the noise', async () => {
    const noise = uniformNoise('keep', COUNT);
    const { order } = await chosen(
      engine,
      teacherAttentionMasking({ ratio: 0.5, select: 'keep' }),
      attending([[0.01, 0.29, 0.02, 0.18, 0.2, 0.1, 0.15, 0.05]]),
      noise,
    );
    const drawn = (await noise.array()) as number[][];
    const logs = [0.01, 0.29, 0.02, 0.18, 0.2, 0.1, 0.15, 0.05].map(Math.log);
    order.forEach((row, clip) => {
      expect(row).toEqual(descending(logs.map((log, token) => log + drawn[clip]![token]!)));
    });
  });

  it('auto: masks rather what it marks, and weighs by 1', async () => {
    const masking = autoMasking({ ratio: 0.75, factor: 0.5, temperature: 0.5 });
    const noise = uniformNoise('auto', 3 * COUNT);
    const { order, logProbability, weight, further } = await chosen(
      engine,
      masking,
      attending(SHARES),
      noise,
    );
    const drawn = (await noise.array()) as number[][];
    const sample = (await further.sample!.array()) as number[][];
    drawn.forEach((row, clip) => {
      const [gumbel, uniform, prior] = [0, 8, 16].map((from) => row.slice(from, from + 8)) as [
        number[],
        number[],
        number[],
      ];
      const logits = logProbability[clip]!.map((log, token) => (log + gumbel[token]!) / 0.5);
      const byHand = logSoftmax(logits).map(Math.exp);
      byHand.forEach((value, token) => {
        expect(sample[clip]![token]).toBeCloseTo(value, 5);
      });
      const marked = descending(byHand).slice(0, 2); // as many as stay visible
      const keys = uniform.map((value, token) => -(value + (marked.includes(token) ? 0.5 : 0)));
      expect(order[clip]).toEqual(descending(keys));
      expect(weight[clip]).toEqual(new Array(8).fill(1));
      expect(prior).toHaveLength(8);
    });
  });
});

it('auto: the weight has the gradient of the sample, times the factor', async () => {
  await cpuEngine();
  const masking = autoMasking({ ratio: 0.5, factor: 0.25 });
  const model = attending([[0.1, 0.2, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1], new Array(8).fill(0.125)]);
  const start = model.init(seededRandom('start'));
  const { params, buffers = {} } = masking.init(seededRandom('mask'), model, start);
  const noise = uniformNoise('auto', 3 * COUNT);
  const tokens = tf.zeros<tf.Rank.R3>([CLIPS, COUNT, model.tokenSize]);
  const name = 'auto.generator.second.weight';
  const slope = (of: 'weight' | 'sample') =>
    tf.grad((second) => {
      const choice = masking.choose({ ...start, ...params, [name]: second }, buffers, {
        ...{ model, embedded: tf.zeros<tf.Rank.R3>([CLIPS, COUNT, 12]), tokens, noise, cues: {} },
      });
      const told = of === 'weight' ? choice.weight! : choice.further!.sample!;
      return tf.sum(tf.mul(told, tf.range(0, COUNT)));
    })(params[name]!);
  const [weight, sample] = [await slope('weight').data(), await slope('sample').data()];
  expect(Math.hypot(...sample)).toBeGreaterThan(1e-4);
  weight.forEach((value, at) => {
    expect(value).toBeCloseTo(0.25 * sample[at]!, 6);
  });
});

it('a teacher begins as the parameters of the run and follows them by its momentum', async () => {
  await cpuEngine();
  const masking = teacherAttentionMasking({ ratio: 0.5, momentum: 0.75 });
  const start = tiny.init(seededRandom('start'));
  const { params, buffers = {} } = masking.init(seededRandom('mask'), tiny, start);
  expect(params).toEqual({});
  const names = Object.keys(buffers);
  expect(names.length).toBeGreaterThan(10);
  expect(names.every((name) => name.startsWith('teacherAttention.videomae.'))).toBe(true);
  const trained = Object.fromEntries(Object.entries(start).map(([name, value]) => [name, tf.add(value, 1)]));
  const next = masking.nextBuffers!(trained, buffers);
  expect(Object.keys(next)).toEqual(names);
  for (const name of names) {
    const old = await buffers[name]!.data();
    expect(await start[name.slice('teacherAttention.'.length)]!.data()).toEqual(old);
    (await next[name]!.data()).forEach((value, at) => {
      expect(value).toBeCloseTo(old[at]! + 0.25, 5);
    });
  }
});

it("a teacher's attention is that of its own parameters, not of those that are trained", async () => {
  const engine = await onnxEngine({ threads: 1 });
  const masking = teacherAttentionMasking({ ratio: 0.5 });
  const noise = uniformNoise('noise', COUNT);
  const { order } = await chosen(engine, masking, tiny, noise);
  const scrambled = await chosen(engine, masking, tiny, noise, (params) =>
    Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.mul(value, -3)])),
  );
  expect(scrambled.order).toEqual(order);
  await engine.dispose();
});

it('Gumbel noise makes the first token a draw by its probability, and the second one of the rest', () => {
  const random = seededRandom('gumbel');
  const probabilities = [0.5, 0.25, 0.125, 0.125];
  const draws = 20_000;
  const counts = { first: [0, 0, 0, 0], second: [0, 0, 0, 0] };
  for (let draw = 0; draw < draws; draw++) {
    const noise = gumbelNoise(random, 4);
    const [first, second] = descending(probabilities.map((p, at) => Math.log(p) + noise[at]!));
    counts.first[first!]! += 1;
    counts.second[second!]! += 1;
  }
  probabilities.forEach((p, token) => {
    // Of the second: Σ over the others of their probability times that of this one among the rest.
    const others = probabilities.filter((_, other) => other !== token);
    const second = others.reduce((sum, q) => sum + (q * p) / (1 - q), 0);
    expect(counts.first[token]! / draws).toBeCloseTo(p, 1.8);
    expect(counts.second[token]! / draws).toBeCloseTo(second, 1.8);
  });
  expect(gumbelNoise(() => 0, 1)[0]).toBeLessThan(-6);
  expect(Number.isFinite(gumbelNoise(() => 0, 1)[0])).toBe(true);
});

it('a prior is larger within a rectangle that is the same in all slices', () => {
  const grid = { slices: 2, rows: 14, columns: 14 };
  for (let seed = 0; seed < 20; seed++) {
    // Noise is 0 behind the four draws of the rectangle.
    const drawn = seededRandom('prior', seed);
    let draws = 0;
    const prior = rectanglePrior(() => (draws++ < 4 ? drawn() : 0), grid);
    expect(prior.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    const least = Math.min(...prior);
    const inside = [...prior.keys()].filter((token) => prior[token]! > least);
    expect(prior[inside[0]!]! / least).toBeCloseTo(Math.exp(0.5), 4);
    const rows = inside.map((token) => Math.floor(token / 14) % 14);
    const columns = inside.map((token) => token % 14);
    const height = Math.max(...rows) - Math.min(...rows) + 1;
    const width = Math.max(...columns) - Math.min(...columns) + 1;
    expect(inside).toHaveLength(2 * height * width);
    expect(width).toBeGreaterThanOrEqual(4);
    expect(width).toBeLessThanOrEqual(10);
    expect(height * width).toBeGreaterThanOrEqual(40);
    expect(height * width).toBeLessThanOrEqual(160 + width);
  }
});
