import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import { adversarialMaskLoss } from './index.js';
import type { LossInputs, Params } from './loss.js';

const grid = { slices: 2, rows: 3, columns: 2 };
const COUNT = 12;
const loss = adversarialMaskLoss({ grid });

/** Numbers in [0, 1) that look random. */
function numbers(from: number): () => number {
  let at = from;
  return () => {
    at += 1;
    const value = Math.sin(at * 12.9898) * 43758.5453;
    return value - Math.floor(value);
  };
}

type Given = { params: Params; sample: tf.Tensor2D; prior: tf.Tensor2D };

function given(): Given {
  const random = numbers(1);
  const marks = () => tf.softmax(tf.tensor2d(Float32Array.from({ length: 2 * COUNT }, random), [2, COUNT]));
  return {
    params: loss.init(numbers(1000), { video: 1, prediction: 1 }),
    sample: marks(),
    prior: marks(),
  };
}

const inputsOf = ({ sample, prior }: Pick<Given, 'sample' | 'prior'>): LossInputs => {
  const order = tf.zeros<tf.Rank.R2>([2, COUNT], 'int32');
  return {
    views: {},
    sampleKey: tf.zeros([2, 2], 'int32'),
    choice: { order, visible: order, masked: order, further: { sample, prior } },
  };
};

/** The judge in plain loops: [B * slices][rows][columns][channels]. */
function judged(params: Readonly<Record<string, number[]>>, marks: readonly number[]): number[] {
  const { rows, columns } = grid;
  let images = Array.from({ length: marks.length / (rows * columns) }, (_, image) =>
    Array.from({ length: rows * columns }, (_, cell) => [marks[image * rows * columns + cell]! * COUNT]),
  );
  for (const [layer, [inputs, outputs]] of (
    [
      [1, 16],
      [16, 32],
      [32, 1],
    ] as const
  ).entries()) {
    const weight = params[`adversarial.judge${layer}.weight`]!; // [3, 3, inputs, outputs]
    const bias = params[`adversarial.judge${layer}.bias`]!;
    images = images.map((cells) =>
      cells.map((_, cell) =>
        Array.from({ length: outputs }, (_, output) => {
          let sum = bias[output]!;
          for (const [dy, dx] of [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x) => [y, x] as const))) {
            const [row, column] = [Math.floor(cell / columns) + dy, (cell % columns) + dx];
            if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
            for (let input = 0; input < inputs; input++) {
              const at = (((dy + 1) * 3 + dx + 1) * inputs + input) * outputs + output;
              sum += weight[at]! * cells[row * columns + column]![input]!;
            }
          }
          return layer < 2 && sum < 0 ? 0.2 * sum : sum;
        }),
      ),
    );
  }
  return images.flat(2);
}

const off = (values: readonly number[], wanted: number): number =>
  values.reduce((sum, value) => sum + (value - wanted) ** 2, 0) / values.length;

describe.each(ENGINES)('the adversarial loss of masks, on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it("is the judge's and the generator's least squares, of convolutions within slices", async () => {
    const all = given();
    const found = await evaluate(
      engine,
      (each: Given) => ({
        term: loss.compute(each.params, inputsOf(each)),
        ...loss.figures!(each.params, inputsOf(each)),
      }),
      all,
    );
    const params: Record<string, number[]> = {};
    for (const [name, tensor] of Object.entries(all.params)) params[name] = [...(await tensor.data())];
    const [ofSample, ofPrior] = [
      judged(params, [...(await all.sample.data())]),
      judged(params, [...(await all.prior.data())]),
    ];
    expect(found.term![0]).toBeCloseTo(off(ofPrior, 1) + off(ofSample, 0) + off(ofSample, 1), 4);
    expect(found.sample![0]).toBeCloseTo(
      ofSample.reduce((sum, value) => sum + value, 0) / ofSample.length,
      4,
    );
    expect(found.prior![0]).toBeCloseTo(ofPrior.reduce((sum, value) => sum + value, 0) / ofPrior.length, 4);
  });

  it('teaches each side its own: the judge by its two terms, the generator by its one', async () => {
    const names = Object.keys(given().params);
    const slopes = await evaluate(
      engine,
      (each: Given) => {
        const tensors = [each.sample, ...names.map((name) => each.params[name]!)];
        const rebuilt = (values: readonly tf.Tensor[]) => ({
          params: Object.fromEntries(names.map((name, at) => [name, values[at + 1]!])),
          marks: { sample: values[0] as tf.Tensor2D, prior: each.prior },
        });
        // The same least squares, each side by itself, through the judge's mean alone where it has one place to judge.
        const traced = tf.grads((...values) => {
          const { params, marks } = rebuilt(values);
          return loss.compute(params, inputsOf(marks));
        })(tensors);
        const frozen = tf.grads((...values) => {
          const { marks } = rebuilt(values);
          return loss.compute(each.params, inputsOf(marks));
        })([each.sample]);
        return {
          sample: traced[0]!,
          frozen: frozen[0]!,
          judge: tf.concat(traced.slice(1).map((slope) => tf.reshape(slope, [-1]))),
        };
      },
      given(),
    );
    // The generator's side does not change with what the judge learns of, nor is it pushed by the judge's own terms.
    slopes.sample!.forEach((slope, at) => {
      expect(slope).toBeCloseTo(slopes.frozen![at]!, 6);
    });
    // By finite differences of the generator's term and of the judge's two.
    const all = given();
    const params: Record<string, number[]> = {};
    for (const [name, tensor] of Object.entries(all.params)) params[name] = [...(await tensor.data())];
    const [sample, prior] = [[...(await all.sample.data())], [...(await all.prior.data())]];
    const step = 1e-4;
    for (const at of [0, 7, 13, 20]) {
      const moved = (by: number) =>
        off(
          judged(
            params,
            sample.map((value, i) => value + (i === at ? by : 0)),
          ),
          1,
        );
      expect(slopes.sample![at]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 3);
    }
    const bias = 'adversarial.judge2.bias';
    const moved = (by: number) => {
      const other = { ...params, [bias]: [params[bias]![0]! + by] };
      return off(judged(other, prior), 1) + off(judged(other, sample), 0);
    };
    expect(slopes.judge!.at(-1)).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 3);
  });
});

it('asks for a choice with sample and prior of the grid', () => {
  const all = given();
  const inputs = inputsOf(all);
  for (const wrong of [
    undefined,
    { ...inputs, choice: undefined },
    { ...inputs, choice: { ...inputs.choice, further: {} } },
  ]) {
    expect(() => loss.compute(all.params, wrong as never)).toThrow(
      expect.objectContaining({ code: 'CHOICE_MISSING' }),
    );
  }
  const other = inputsOf({ sample: tf.zeros([2, 4]), prior: tf.zeros([2, 4]) });
  expect(() => loss.compute(all.params, other)).toThrow(
    expect.objectContaining({ code: 'SHAPE_MISMATCH', where: 'adversarialMaskLoss, sample' }),
  );
});

it("takes the model's grid alone, where init is told of it", () => {
  const widths = { video: 1, prediction: 1 };
  for (const other of [
    { slices: 1, rows: 3, columns: 4 },
    { slices: 2, rows: 2, columns: 3 },
  ]) {
    expect(() => loss.init(numbers(1), { ...widths, grid: other })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: 'adversarialMaskLoss, option grid',
        received: '2 x 3 x 2',
      }),
    );
  }
  expect(Object.keys(loss.init(numbers(1), { ...widths, grid }))).toHaveLength(6);
});
