import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, layerNorm, linear, onnxEngine } from '../index.js';

/** Ten million numbers: long enough for sums in one chain to lose three digits. */
const LENGTH = 10_000_000;
const [ROWS, COLUMNS] = [100_000, 100];

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine();
});
afterAll(() => engine.dispose());

/** Equal numbers are the worst case of a chain: its roundings all go the same way. */
const kinds = {
  equal: () => 0.1,
  mixed: (index: number) => Math.sin(index * 1.7) + 0.01,
} as const;
const cases = Object.keys(kinds) as (keyof typeof kinds)[];
const numbers = new Map<string, Float32Array>();

function given(kind: keyof typeof kinds): Float32Array {
  const known = numbers.get(kind) ?? Float32Array.from({ length: LENGTH }, (_, index) => kinds[kind](index));
  numbers.set(kind, known);
  return known;
}

/** Sums in float64, with the sums of magnitudes, by which an error is measured. */
function sums(
  count: number,
  groups: number,
  groupOf: (index: number) => number,
  term: (index: number) => number,
) {
  const [total, size] = [new Float64Array(groups), new Float64Array(groups)];
  for (let index = 0; index < count; index++) {
    total[groupOf(index)]! += term(index);
    size[groupOf(index)]! += Math.abs(term(index));
  }
  return { total, size };
}

/** Share of the sum of magnitudes; a rounding of float32 is 6e-8. */
const MOST = 1e-6;

async function expectClose(
  fn: (x: tf.Tensor) => tf.Tensor,
  x: Float32Array,
  { total, size }: { readonly total: ArrayLike<number>; readonly size: ArrayLike<number> },
  most = MOST,
) {
  const input = tf.tensor(x);
  const output = await engine.compile(fn)(input);
  const found = await output.data();
  tf.dispose([input, output]);
  expect(found.length).toBe(total.length);
  let worst = 0;
  for (let index = 0; index < found.length; index++) {
    worst = Math.max(worst, Math.abs(found[index]! - total[index]!) / size[index]!);
  }
  expect(worst).toBeLessThan(most);
}

describe.each(cases)('ten million %s numbers', (kind) => {
  const all = (term: (x: number) => number) => {
    const x = given(kind);
    return sums(
      LENGTH,
      1,
      () => 0,
      (index) => term(x[index]!),
    );
  };
  const matrix = (x: tf.Tensor) => x.reshape([ROWS, COLUMNS]);

  test('sum and mean over all', async () => {
    const { total, size } = all((x) => x);
    await expectClose((x) => x.sum(), given(kind), { total, size });
    await expectClose((x) => x.mean(), given(kind), {
      total: [total[0]! / LENGTH],
      size: [size[0]! / LENGTH],
    });
  });

  test('sum of squares, norm and product of a vector with itself', async () => {
    const squares = all((x) => x * x);
    const norm = [Math.sqrt(squares.total[0]!)];
    await expectClose((x) => x.square().sum(), given(kind), squares);
    await expectClose((x) => x.norm(), given(kind), { total: norm, size: norm });
    await expectClose((x) => tf.dot(x, x), given(kind), squares);
    await expectClose((x) => tf.einsum('i,i->', x, x), given(kind), squares);
  });

  test('sums along each axis of a matrix and of three axes', async () => {
    const x = given(kind);
    const value = (index: number) => x[index]!;
    await expectClose(
      (x) => matrix(x).sum(0),
      x,
      sums(LENGTH, COLUMNS, (index) => index % COLUMNS, value),
    );
    await expectClose(
      (x) => x.reshape([10, 1_000_000]).sum(1),
      x,
      sums(LENGTH, 10, (i) => Math.floor(i / 1e6), value),
    );
    const outer = sums(LENGTH, 10, (index) => Math.floor(index / 1000) % 10, value);
    await expectClose((x) => x.reshape([1000, 10, 1000]).sum([0, 2]), x, outer);
    const middle = sums(LENGTH, 20, (index) => 10 * Math.floor(index / 5e6) + (index % 10), value);
    await expectClose((x) => x.reshape([2, 500_000, 10]).sum(1), x, middle);
  });

  test('a prime number of rows', async () => {
    const rows = 99_991;
    const x = given(kind).subarray(0, rows * COLUMNS);
    const expected = sums(
      x.length,
      COLUMNS,
      (index) => index % COLUMNS,
      (index) => x[index]!,
    );
    await expectClose((x) => x.reshape([rows, COLUMNS]).sum(0), x, expected);
  });

  test('cumulative sum, segment sum, average pool', async () => {
    const x = given(kind);
    const last = all((x) => x);
    await expectClose((x) => x.cumsum().slice([LENGTH - 1], [1]), x, last);
    const ids = (length: number) => tf.zeros([length], 'int32') as tf.Tensor1D;
    await expectClose((x) => tf.unsortedSegmentSum(x, ids(LENGTH), 1), x, last);
    const mean = { total: [last.total[0]! / LENGTH], size: [last.size[0]! / LENGTH] };
    const image = (x: tf.Tensor) => x.reshape<tf.Tensor4D>([1, 2500, 4000, 1]);
    await expectClose((x) => tf.avgPool(image(x), [2500, 4000], 1, 'valid'), x, mean);
  });

  test('softmax and logSumExp', async () => {
    const x = given(kind);
    const powers = all(Math.exp);
    const first = Array.from(x.subarray(0, 5));
    const shares = first.map((number) => Math.exp(number) / powers.total[0]!);
    const logs = first.map((number) => number - Math.log(powers.total[0]!));
    await expectClose((x) => x.softmax().slice([0], [5]), x, { total: shares, size: shares });
    await expectClose((x) => x.logSoftmax().slice([0], [5]), x, { total: logs, size: logs.map(Math.abs) });
    const log = [Math.log(powers.total[0]!)];
    await expectClose((x) => x.logSumExp(), x, { total: log, size: log });
  });

  test('matrix products over a long inner axis', async () => {
    const x = given(kind);
    const columns = sums(
      LENGTH,
      COLUMNS,
      (index) => index % COLUMNS,
      (index) => x[index]! * x[index - (index % COLUMNS)]!,
    );
    const first = (x: tf.Tensor) => matrix(x).slice([0, 0], [ROWS, 1]);
    await expectClose((x) => tf.matMul(first(x), matrix(x), true), x, columns);
    await expectClose((x) => tf.matMul(matrix(x).transpose(), first(x).transpose(), false, true), x, columns);
    await expectClose((x) => linear(first(x).transpose(), matrix(x).transpose()), x, columns);
    // Chains of 256 numbers, which ONNX Runtime adds in one.
    const pairs = sums(
      LENGTH / 2,
      4,
      (index) => index % 4,
      (index) => {
        const row = 4 * Math.floor(index / 4);
        return x[row + ((index % 4) >> 1)]! * x[row + (index % 2)]!;
      },
    );
    const half = (x: tf.Tensor) =>
      x
        .slice([0], [LENGTH / 2])
        .reshape([LENGTH / 8, 4])
        .slice([0, 0], [LENGTH / 8, 2]);
    await expectClose((x) => tf.matMul(half(x), half(x), true), x, pairs, 256 * 2 ** -24);
  });

  test('gradients of bias, scale and a number that was broadcast', async () => {
    const x = given(kind);
    const columns = sums(
      LENGTH,
      COLUMNS,
      (index) => index % COLUMNS,
      (index) => x[index]!,
    );
    const all = sums(
      LENGTH,
      1,
      () => 0,
      (index) => x[index]!,
    );
    const zeros = tf.zeros([COLUMNS]);
    const broadcast = (x: tf.Tensor) => tf.grad((b) => matrix(x).mul(b).sum())(zeros);
    await expectClose(broadcast, x, columns);
    await expectClose((x) => tf.grad((b) => x.mul(b).sum())(tf.scalar(2)), x, all);
    const bias = (x: tf.Tensor) =>
      tf.grad((b) =>
        linear(tf.zeros([ROWS, 1]), tf.zeros([COLUMNS, 1]), b)
          .mul(matrix(x))
          .sum(),
      )(zeros);
    await expectClose(bias, x, columns);
    const scale = (x: tf.Tensor) =>
      tf.grad((s) =>
        layerNorm(tf.tile(tf.tensor([[1, -1]]), [ROWS, COLUMNS / 2]), s, zeros, 1e-12)
          .mul(matrix(x))
          .sum(),
      )(tf.ones([COLUMNS]));
    const signed = sums(
      LENGTH,
      COLUMNS,
      (index) => index % COLUMNS,
      (index) => (index % 2 === 0 ? 1 : -1) * x[index]!,
    );
    await expectClose(scale, x, signed);
  });
});

test.each(cases)('layer normalisation of a row of a million %s numbers', async (kind) => {
  const width = 1_000_000;
  const x = given(kind).subarray(0, width);
  const { total } = sums(
    width,
    1,
    () => 0,
    (index) => x[index]!,
  );
  const mean = total[0]! / width;
  const squares = sums(
    width,
    1,
    () => 0,
    (index) => (x[index]! - mean) ** 2,
  );
  const epsilon = 1e-3;
  const deviation = Math.sqrt(squares.total[0]! / width + epsilon);
  const expected = Array.from(x.subarray(0, 5), (number) => (number - mean) / deviation);
  const normal = (x: tf.Tensor) =>
    layerNorm(x.reshape([1, width]), tf.ones([width]), tf.zeros([width]), epsilon).slice([0, 0], [1, 5]);
  await expectClose(normal, x, { total: expected, size: Array(5).fill(1) });
});

test('a product of a thousand factors', async () => {
  const x = Float32Array.from({ length: 1000 }, (_, index) => 1 + 0.01 * Math.sin(index));
  const exact = [Array.from(x).reduce((product, factor) => product * factor, 1)];
  await expectClose((x) => x.prod(), x, { total: exact, size: exact }, 2 ** -23);
});
