import { normal, seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { knn } from '../knn.js';
import { linearProbe } from '../linear-probe.js';
import { tinyEncoder } from '../tiny-encoder.test-support.js';
import { type GeneralisationSplit, generalisation } from './generalisation.js';
import { generalisationEvaluator } from './generalisation-evaluator.js';

/** Two numbers of each example; the first tells its class, at a place of the domain. */
function drawn(key: string, count: number, shift = 0) {
  const random = seededRandom(key);
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const values = Float32Array.from({ length: 2 * count }, (_, at) =>
    at % 2 === 0 ? labels[at >> 1]! + shift + 0.3 * normal(random) : normal(random),
  );
  return { features: { values, count, width: 2 }, labels };
}

const split = (
  factor: GeneralisationSplit['factor'],
  shift: number,
  perClass?: number,
): GeneralisationSplit => {
  const [train, test] = [drawn('train', 90), drawn('test', 60, shift)];
  return {
    factor,
    ...(perClass !== undefined && { perClass }),
    train: train.features,
    trainLabels: train.labels,
    test: test.features,
    testLabels: test.labels,
    classes: 3,
  };
};

const dataOf = ({ factor: _, perClass: __, ...data }: GeneralisationSplit) => data;

const engine = await cpuEngine();

it('measures each split by the same protocol, and takes means by factor', async () => {
  const splits = {
    near: split('domain', 0),
    far: split('domain', 1),
    few: split('samples', 0, 7),
  };
  const seen: number[] = [];
  const found = await generalisation({
    splits,
    seed: 3,
    protocol: (data) => {
      seen.push(data.train.count);
      return linearProbe({ engine, seed: 0, ...data });
    },
  });
  expect(seen).toEqual([90, 90, 21]);
  const { factor: _, ...data } = splits.near;
  const direct = await linearProbe({ engine, seed: 0, ...data });
  expect(found.splits.near).toMatchObject({ top1: direct.top1, factor: 'domain', learned: 90 });
  expect(found.splits.near!.chance).toBeCloseTo(33.333, 2);
  // One whole class further each example is taken for the next class, and the last one stays.
  expect(found.splits.far!.top1).toBeLessThan(50);
  expect(found.splits.near!.top1).toBeGreaterThan(85);
  expect(found.factors.domain).toBeCloseTo((found.splits.near!.top1 + found.splits.far!.top1) / 2, 10);
  expect(found.factors.actions).toBeUndefined();
  expect(found.mean).toBeCloseTo((found.factors.domain! + found.factors.samples!) / 2, 10);
});

it('draws the same few examples of each class for whatever representation', async () => {
  const labelsSeen: unknown[] = [];
  const rows = async (scale: number, seed: number) => {
    const own = split('samples', 0, 5);
    let first: number[] = [];
    await generalisation({
      splits: {
        few: { ...own, train: { ...own.train, values: own.train.values.map((value) => scale * value) } },
      },
      seed,
      protocol: (data) => {
        labelsSeen.push(
          [0, 1, 2].map((label) => Array.from(data.trainLabels).filter((one) => one === label).length),
        );
        first = Array.from(data.train.values, (value) => Math.round((1000 * value) / scale));
        return knn({ ...data, k: 1 });
      },
    });
    return first;
  };
  expect(await rows(2, 0)).toEqual(await rows(1, 0));
  expect(await rows(1, 1)).not.toEqual(await rows(1, 0));
  expect(labelsSeen).toEqual([...new Array(4)].map(() => [5, 5, 5]));
});

it('refuses what a protocol gives that is no classification of the test examples', async () => {
  const own = split('domain', 0);
  const fewer = { ...own.test, values: own.test.values.slice(2), count: own.test.count - 1 };
  const wrong: [string, object | undefined][] = [
    ['OPTION_INVALID', undefined],
    ['OPTION_INVALID', { top1: 50 }],
    ['SHAPE_MISMATCH', knn({ ...dataOf(own), test: fewer, testLabels: Array.from(own.testLabels).slice(1) })],
  ];
  for (const [code, given] of wrong)
    await expect(
      generalisation({ splits: { near: own }, protocol: () => given as never, seed: 0 }),
    ).rejects.toMatchObject({ code, where: 'generalisation, what the protocol gives of split near' });
});

it('refuses wrong splits by code', async () => {
  const good = split('tasks', 0);
  const codeOf = (change: object) =>
    generalisation({ splits: { one: { ...good, ...change } }, protocol: (data) => knn(data), seed: 0 }).then(
      () => 'none',
      (error: { code: string }) => error.code,
    );
  expect(await codeOf({})).toBe('none');
  expect(await codeOf({ factor: 'time' })).toBe('OPTION_INVALID');
  expect(await codeOf({ perClass: 0 })).toBe('OPTION_INVALID');
  expect(await codeOf({ shots: 1 })).toBe('OPTION_INVALID');
  expect(await codeOf({ classes: 2 })).toBe('LABEL_OUT_OF_RANGE');
  expect(await codeOf({ trainLabels: [0] })).toBe('LABELS_MISMATCH');
});

it('generalisationEvaluator measures splits of clips', async () => {
  const model = tinyEncoder();
  const random = seededRandom('splits of clips');
  const labelled = (count: number, shift: number) => ({
    clips: Array.from({ length: count }, (_, i) =>
      Uint8Array.from({ length: 96 }, () => 60 + 90 * (i % 2) + shift + 20 * random()),
    ),
    labels: Array.from({ length: count }, (_, i) => i % 2),
  });
  const options = {
    engine,
    model,
    splits: {
      same: { factor: 'domain', train: labelled(30, 0), test: labelled(10, 0), classes: 2 },
      few: { factor: 'samples', train: labelled(30, 0), test: labelled(10, 0), classes: 2, perClass: 4 },
    },
    batchSize: 4,
    seed: 0,
  } as const;
  const params = model.init(random);
  const told = await generalisationEvaluator(options).evaluate(params);
  expect(told['same/top1']).toBe(100); // the brightness tells the class
  expect(told.domain).toBe(100);
  expect(told.samples).toBe(told['few/top1']);
  expect(told.mean).toBe((told.domain! + told.samples!) / 2);
  const withIntervals = await generalisationEvaluator({ ...options, intervals: true }).evaluate(params);
  expect(withIntervals).toMatchObject(told);
  expect(withIntervals['same/top1/from']).toBe(100);
  for (const splits of [[options.splits.same], {}, { same: null }])
    expect(() => generalisationEvaluator({ ...options, splits } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
});
