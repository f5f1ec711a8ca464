import * as tf from '@tensorflow/tfjs';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, evaluate } from './engines.test-support.js';
import type { LossInputs } from './loss.js';
import { tokenLoss } from './token-loss.js';

/** Two clips of three masked tokens, C = 2 wide, and their numbers of four codes, of which one never comes. */
const decoded = [
  [1, 2],
  [0, -1],
  [0.5, 0.25],
  [-2, 1],
  [3, 0],
  [1, 1],
];
const numbers = [0, 1, 0, 3, 0, 1];
const weight = [
  [0.5, -1],
  [2, 0.25],
  [-0.75, 1],
  [0, 0.5],
];
const bias = [0.1, -0.2, 0.3, 0];

type Rows = readonly (readonly number[])[];

const logitsOf = (token: readonly number[], weights: Rows, biases: readonly number[]): number[] =>
  weights.map((row, code) => row.reduce((sum, each, at) => sum + each * token[at]!, biases[code]!));

function byHand(tokens: Rows, weights: Rows, biases: readonly number[]): number {
  const losses = tokens.map((token, at) => {
    const logits = logitsOf(token, weights, biases);
    return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[numbers[at]!]!;
  });
  return losses.reduce((sum, each) => sum + each, 0) / losses.length;
}

const inputsOf = (decoded: tf.Tensor, features: tf.Tensor): LossInputs => ({
  views: {},
  decoded: decoded as tf.Tensor3D,
  features: features as tf.Tensor3D,
  sampleKey: tf.zeros([2, 2], 'int32'),
});

const changed = (rows: Rows, row: number, column: number, by: number): Rows =>
  rows.map((line, at) =>
    at === row ? line.map((value, place) => (place === column ? value + by : value)) : line,
  );

describe.each(ENGINES)('tokenLoss on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const loss = tokenLoss({ codes: 4 });

  it('is the cross-entropy of its head, with its figures and gradients (by hand)', async () => {
    const found = await evaluate(
      engine,
      (given: { decoded: tf.Tensor; features: tf.Tensor; weight: tf.Tensor; bias: tf.Tensor }) => {
        const of = (decoded: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
          loss.compute(
            { 'token.head.weight': weight, 'token.head.bias': bias },
            inputsOf(decoded, given.features),
          );
        const [seen, head, shift] = tf.grads(of)([given.decoded, given.weight, given.bias]);
        const figures = loss.figures!(
          { 'token.head.weight': given.weight, 'token.head.bias': given.bias },
          inputsOf(given.decoded, given.features),
        );
        const value = of(given.decoded, given.weight, given.bias);
        return { value, ...figures, seen: seen!, head: head!, shift: shift! };
      },
      {
        decoded: tf.tensor3d(decoded.flat(), [2, 3, 2]),
        features: tf.tensor3d(numbers, [2, 3, 1]),
        weight: tf.tensor2d(weight),
        bias: tf.tensor1d(bias),
      },
    );
    expect(found.value![0]).toBeCloseTo(byHand(decoded, weight, bias), 5);
    const entropy = -(0.5 * Math.log(1 / 2) + (1 / 3) * Math.log(1 / 3) + (1 / 6) * Math.log(1 / 6));
    expect(found.baseline![0]).toBeCloseTo(entropy, 5);
    const right = decoded.filter((token, at) => {
      const logits = logitsOf(token, weight, bias);
      return logits.indexOf(Math.max(...logits)) === numbers[at];
    });
    expect(right.length).toBeGreaterThan(0);
    expect(found.accuracy![0]).toBeCloseTo(right.length / 6, 6);
    const h = 1e-4;
    for (let at = 0; at < 12; at++) {
      const [row, column] = [Math.floor(at / 2), at % 2];
      const seen =
        byHand(changed(decoded, row, column, h), weight, bias) -
        byHand(changed(decoded, row, column, -h), weight, bias);
      expect(found.seen![at]).toBeCloseTo(seen / (2 * h), 5);
      if (at >= 8) continue;
      const head =
        byHand(decoded, changed(weight, row, column, h), bias) -
        byHand(decoded, changed(weight, row, column, -h), bias);
      expect(found.head![at]).toBeCloseTo(head / (2 * h), 5);
      if (at >= 4) continue;
      const shifted = (by: number) =>
        byHand(
          decoded,
          weight,
          bias.map((value, code) => (code === at ? value + by : value)),
        );
      expect(found.shift![at]).toBeCloseTo((shifted(h) - shifted(-h)) / (2 * h), 5);
    }
  });

  it.each([-1, 4, 0.5, Number.NaN])('is not finite for the number %s, which is none', async (number) => {
    const { value } = await evaluate(
      engine,
      (given: { features: tf.Tensor }) => ({
        value: loss.compute(
          { 'token.head.weight': tf.zeros([4, 2]), 'token.head.bias': tf.zeros([4]) },
          inputsOf(tf.zeros([1, 2, 2]), given.features),
        ),
      }),
      { features: tf.tensor3d([0, number], [1, 2, 1]) },
    );
    expect(Number.isFinite(value![0])).toBe(false);
  });
});

describe('tokenLoss', () => {
  const loss = tokenLoss({ codes: 4 });

  it('says what it needs, and draws a head from the decoder to the codes', async () => {
    expect(loss.name).toBe('token');
    expect(loss.needs).toEqual({
      views: ['reconstruct'],
      text: false,
      decoded: true,
      features: true,
      codes: 4,
    });
    expect(loss.describe()).toEqual({ is: 'tokenLoss', codes: 4 });
    const params = loss.init(() => 0.75, { video: 3, prediction: 6, decoder: 2, features: 1 });
    expect(await params['token.head.weight']!.array()).toEqual(
      Array.from({ length: 4 }, () => [0.5, 0.5].map(Math.fround)), // half of sqrt(6 / 6)
    );
    expect(await params['token.head.bias']!.array()).toEqual([0, 0, 0, 0]);
  });

  it('refuses options, widths and shapes that do not fit', () => {
    for (const wrong of [{}, { codes: 1 }, { codes: 2.5 }, { codes: 4, smoothing: 0.1 }, null]) {
      expect(() => tokenLoss(wrong as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
    for (const widths of [
      { video: 3, prediction: 6 },
      { video: 3, prediction: 6, decoder: 2, features: 2 },
    ]) {
      expect(() => loss.init(() => 0.5, widths)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
    const params = { 'token.head.weight': tf.zeros([4, 2]), 'token.head.bias': tf.zeros([4]) };
    const features = tf.zeros([1, 3, 1]);
    for (const [where, inputs, given] of [
      ['tokenLoss, decoded', { features }, params],
      ['tokenLoss, features', { decoded: tf.zeros([1, 3, 2]) }, params],
      ['tokenLoss, features', { decoded: tf.zeros([1, 3, 2]), features: tf.zeros([1, 2, 1]) }, params],
      ['tokenLoss, features', { decoded: tf.zeros([1, 3, 2]), features: tf.zeros([1, 3, 2]) }, params],
      ['token.head.weight', { decoded: tf.zeros([1, 3, 3]), features }, params],
      ['token.head.weight', { decoded: tf.zeros([1, 3, 2]), features }, undefined],
    ] as const) {
      expect(() => loss.compute(given as never, inputs as never)).toThrow(
        expect.objectContaining({ code: 'SHAPE_MISMATCH', where }),
      );
    }
  });

  it('leaves no tensors behind', () => {
    const params = { 'token.head.weight': tf.zeros([4, 2]), 'token.head.bias': tf.zeros([4]) };
    const inputs = inputsOf(tf.zeros([1, 3, 2]), tf.zeros([1, 3, 1]));
    const before = tf.memory().numTensors;
    loss.compute(params, inputs).dispose();
    tf.dispose(Object.values(loss.figures!(params, inputs)));
    expect(tf.memory().numTensors).toBe(before);
  });
});
