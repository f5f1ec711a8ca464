import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import type { FeatureDistance, FeatureNormalisation } from './feature-distance.js';
import { type FeatureLossOptions, featureLoss } from './feature-loss.js';
import { FEATURE_LOSSES } from './feature-losses.js';
import type { LossInputs } from './loss.js';

type Rows = number[][];

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, each, at) => sum + each * b[at]!, 0);
const unit = (row: readonly number[]): number[] => row.map((each) => each / Math.sqrt(dot(row, row)));

/** The rules in plain numbers, from their definitions. */
const normalised: Record<FeatureNormalisation, (row: readonly number[]) => readonly number[]> = {
  none: (row) => row,
  layer(row) {
    const centre = mean(row);
    const variance = mean(row.map((each) => (each - centre) ** 2));
    return row.map((each) => (each - centre) / Math.sqrt(variance + 1e-5));
  },
  l2: unit,
};
const huber = (off: number): number => (Math.abs(off) < 1 ? (off * off) / 2 : Math.abs(off) - 0.5);
const distances: Record<FeatureDistance, (said: readonly number[], right: readonly number[]) => number> = {
  squared: (said, right) => mean(said.map((each, at) => (each - right[at]!) ** 2)),
  l1: (said, right) => mean(said.map((each, at) => Math.abs(each - right[at]!))),
  smoothL1: (said, right) => mean(said.map((each, at) => huber(each - right[at]!))),
  cosine: (said, right) => 1 - dot(unit(said), unit(right)),
};

/** Two clips of three tokens, C = 2 or D = 2 wide; F = 3 features of each. */
const seen: Rows = [
  [1, 2],
  [0, -1],
  [0.5, 0.25],
  [-2, 1],
  [3, 0],
  [1, 1],
];
const features: Rows = [
  [1, 2, 4],
  [0.5, -1, 3],
  [2, 2.5, 1],
  [-3, 0, 1],
  [0.1, 0.2, 0.4],
  [1, -2, 0.5],
];
const weight: Rows = [
  [0.5, -1],
  [2, 0.25],
  [-0.75, 1],
];
const bias = [0.1, -0.2, 0.3];

const combinations = (['masked', 'visible'] as const).flatMap((tokens) =>
  (['none', 'layer', 'l2'] as const).flatMap((normalise) =>
    (['squared', 'l1', 'smoothL1', 'cosine'] as const).map((distance) => ({ tokens, normalise, distance })),
  ),
);

interface Given {
  readonly seen: Rows;
  readonly weight: Rows;
  readonly bias: readonly number[];
}

function byHand(
  { normalise, distance }: Required<FeatureLossOptions>,
  { seen, weight, bias }: Given,
): number {
  return mean(
    seen.map((token, at) => {
      const said = weight.map((row, feature) => dot(row, token) + bias[feature]!);
      return distances[distance](said, normalised[normalise](features[at]!));
    }),
  );
}

function baselineByHand({ normalise, distance }: Required<FeatureLossOptions>): number {
  const right = features.map((row) => normalised[normalise](row));
  const averaged = distance === 'cosine' ? right.map(unit) : right;
  const said = [0, 1, 2].map((feature) => mean(averaged.map((row) => row[feature]!)));
  return mean(right.map((row) => distances[distance](said, row)));
}

const threeD = (rows: Rows): tf.Tensor3D => tf.tensor3d(rows.flat(), [2, 3, rows[0]!.length]);

const inputsOf = (tokens: 'masked' | 'visible', seen: tf.Tensor3D, features: tf.Tensor3D): LossInputs => {
  const sampleKey = tf.zeros<tf.Rank.R2>([2, 2], 'int32');
  if (tokens === 'masked') return { views: {}, decoded: seen, features, sampleKey };
  const embedding = tf.mean(seen, 1) as tf.Tensor2D;
  return { views: { reconstruct: { tokens: seen, embedding } }, visibleFeatures: features, sampleKey };
};

describe.each(ENGINES)('featureLoss on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it.each(combinations)('of $tokens tokens, $normalise features, $distance, as by hand', async (options) => {
    const loss = featureLoss(options);
    const given = { seen, weight, bias };
    const found = await evaluate(
      engine,
      (inputs: { seen: tf.Tensor; features: tf.Tensor; weight: tf.Tensor; bias: tf.Tensor }) => {
        const all = (seen: tf.Tensor) =>
          inputsOf(options.tokens, seen as tf.Tensor3D, inputs.features as tf.Tensor3D);
        const of = (seen: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
          loss.compute({ [`${loss.name}.head.weight`]: weight, [`${loss.name}.head.bias`]: bias }, all(seen));
        const slopes = tf.grads(of)([inputs.seen, inputs.weight, inputs.bias]);
        return {
          value: of(inputs.seen, inputs.weight, inputs.bias),
          ...loss.figures!({}, all(inputs.seen)),
          seen: slopes[0]!,
          weight: slopes[1]!,
          bias: slopes[2]!,
        };
      },
      {
        seen: threeD(seen),
        features: threeD(features),
        weight: tf.tensor2d(weight),
        bias: tf.tensor1d(bias),
      },
    );
    expect(found.value![0]).toBeCloseTo(byHand(options, given), 5);
    expect(found.baseline![0]).toBeCloseTo(baselineByHand(options), 5);
    // Slopes against finite differences of the plain numbers.
    const step = 1e-5;
    const slope = (change: (by: number) => Given): number =>
      (byHand(options, change(step)) - byHand(options, change(-step))) / (2 * step);
    const moved = (rows: Rows, row: number, column: number, by: number): Rows =>
      rows.map((each, at) =>
        at === row ? each.map((value, i) => (i === column ? value + by : value)) : each,
      );
    for (const name of ['seen', 'weight'] as const) {
      given[name].forEach((row, at) => {
        row.forEach((_, column) => {
          const expected = slope((by) => ({ ...given, [name]: moved(given[name], at, column, by) }));
          expect(found[name]![at * row.length + column], `${name} ${at} ${column}`).toBeCloseTo(expected, 4);
        });
      });
    }
    bias.forEach((_, at) => {
      const expected = slope((by) => ({ ...given, bias: moved([bias], 0, at, by)[0]! }));
      expect(found.bias![at], `bias ${at}`).toBeCloseTo(expected, 4);
    });
  });

  it('has a finite loss and slope where features are zero', async () => {
    for (const normalise of ['layer', 'l2'] as const) {
      const loss = featureLoss({ tokens: 'masked', normalise, distance: 'cosine' });
      const { value, slope } = await evaluate(
        engine,
        (inputs: { seen: tf.Tensor; features: tf.Tensor; weight: tf.Tensor }) => {
          const of = (weight: tf.Tensor) =>
            loss.compute(
              { 'features.head.weight': weight, 'features.head.bias': tf.zeros([3]) },
              inputsOf('masked', inputs.seen as tf.Tensor3D, inputs.features as tf.Tensor3D),
            );
          return { value: of(inputs.weight), slope: tf.grad(of)(inputs.weight) };
        },
        { seen: threeD(seen), features: tf.zeros([2, 3, 3]), weight: tf.zeros([3, 2]) },
      );
      expect(value).toEqual([1]);
      for (const each of slope!) expect(each).toBeCloseTo(0, 6);
    }
  });
});

describe('featureLoss', () => {
  it('says what it reads', () => {
    const { name, needs, kind } = featureLoss({ tokens: 'masked' });
    expect({ name, needs, kind }).toEqual({
      name: 'features',
      kind: 'clip',
      needs: { views: ['reconstruct'], text: false, decoded: true, features: true },
    });
    const visible = featureLoss({ tokens: 'visible' });
    expect([visible.name, visible.needs]).toEqual([
      'visibleFeatures',
      { views: ['reconstruct'], text: false, visibleFeatures: true },
    ]);
  });

  it("draws a head from the decoder's or the encoder's width, within Xavier's bound", async () => {
    const widths = { video: 6, decoder: 4, prediction: 9, features: 3 };
    let draws = 0;
    const random = () => (draws++ % 2 === 0 ? 0 : 0.75);
    for (const [tokens, name, width] of [
      ['masked', 'features', 4],
      ['visible', 'visibleFeatures', 6],
    ] as const) {
      const params = featureLoss({ tokens }).init(random, widths);
      expect(Object.keys(params)).toEqual([`${name}.head.weight`, `${name}.head.bias`]);
      const { [`${name}.head.weight`]: weight, [`${name}.head.bias`]: bias } = params;
      expect([weight!.shape, bias!.shape]).toEqual([[3, width], [3]]);
      const bound = Math.sqrt(6 / (3 + width));
      const expected = Array.from({ length: 3 * width }, (_, at) => (at % 2 === 0 ? -bound : bound / 2));
      (await weight!.data()).forEach((value, at) => {
        expect(value).toBeCloseTo(expected[at]!, 6);
      });
      expect([...(await bias!.data())]).toEqual([0, 0, 0]);
    }
  });

  it('refuses widths that are not told', () => {
    expect(() =>
      featureLoss({ tokens: 'masked' }).init(() => 0.5, { video: 6, decoder: 4, prediction: 9 }),
    ).toThrow('Examples get features by withFeatures');
    for (const [tokens, widths] of [
      ['masked', { video: 6, prediction: 9, features: 3 }],
      ['masked', { video: 6, decoder: 4, prediction: 9 }],
      ['visible', { video: 6, decoder: 4, prediction: 9 }],
      ['visible', undefined],
    ] as const) {
      expect(() => featureLoss({ tokens }).init(() => 0.5, widths as never)).toThrow(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          where: expect.stringContaining('featureLoss init'),
        }),
      );
    }
  });

  it('names tensors that do not belong together', () => {
    const loss = featureLoss({ tokens: 'masked' });
    const params = { 'features.head.weight': tf.zeros([3, 2]), 'features.head.bias': tf.zeros([3]) };
    const inputs = inputsOf('masked', threeD(seen), threeD(features));
    const cut = tf.slice(threeD(features), [0, 0, 0], [2, 2, 3]);
    const cases: [string, object, object | undefined][] = [
      ['featureLoss, decoded', params, undefined],
      ['featureLoss, decoded', params, { ...inputs, decoded: undefined }],
      ['featureLoss, features', params, { ...inputs, features: undefined }],
      ['featureLoss, features', params, { ...inputs, features: cut }],
      ['features.head.weight', {}, inputs],
      ['features.head.weight', { ...params, 'features.head.weight': tf.zeros([3, 3]) }, inputs],
      ['features.head.bias', { ...params, 'features.head.bias': tf.zeros([2]) }, inputs],
    ];
    for (const [where, given, tensors] of cases) {
      expect(() => loss.compute(given as never, tensors as never)).toThrow(
        expect.objectContaining({ code: 'SHAPE_MISMATCH', where }),
      );
    }
    expect(() => loss.figures!(params, { ...inputs, features: undefined as never })).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'featureLoss, features' }),
    );
    const visible = featureLoss({ tokens: 'visible' });
    expect(() => visible.compute({}, { ...inputs, views: {} })).toThrow(
      expect.objectContaining({ where: 'featureLoss, views.reconstruct.tokens' }),
    );
  });

  it('has published forms that are different', () => {
    const described = Object.values(FEATURE_LOSSES).map((options) =>
      JSON.stringify(featureLoss(options).describe()),
    );
    // Histograms and TrackMAE's features differ by their teacher alone.
    expect(new Set(described).size).toBe(described.length - 1);
  });
});
