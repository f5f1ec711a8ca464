import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Params } from '../params.js';
import { TINY_CAPTION_DECODER } from '../testing/tiny-caption-decoder.js';
import { type CaptionInputs, captionDecoder } from './caption-decoder.js';

const model = captionDecoder(TINY_CAPTION_DECODER);
const { hiddenSize: H, numAttentionHeads: HEADS } = TINY_CAPTION_DECODER;
const random = seededRandom('caption decoder');
const noise = (count: number) => Array.from({ length: count }, () => random() - 0.5);

/** Two clips of three video tokens; captions of four and two words in five places. */
const video = noise(2 * 3 * 6);
const ids = [
  [3, 7, 1, 10, 0],
  [5, 2, 0, 0, 0],
];
const used = [
  [1, 1, 1, 1, 0],
  [1, 1, 0, 0, 0],
];
const masked = [
  [0, 1, 0, 1, 0],
  [1, 0, 0, 0, 0],
];

type Matrix = number[][];

/** Parameters that are all other than what they begin as: norms and biases too. */
const values = Object.fromEntries(
  model.parameters.map(({ name, shape }) => [name, noise(shape.reduce((a, b) => a * b, 1))]),
);
const matrix = (name: string): Matrix => {
  const { shape } = model.parameters.find((each) => each.name === name)!;
  const width = shape.at(-1)!;
  return Array.from({ length: values[name]!.length / width }, (_, row) =>
    values[name]!.slice(row * width, (row + 1) * width).map(Math.fround),
  );
};
const vector = (name: string): number[] => values[name]!.map(Math.fround);
const paramsOf = (): Params =>
  Object.fromEntries(model.parameters.map(({ name, shape }) => [name, tf.tensor(values[name]!, [...shape])]));

const linear = (row: number[], name: string): number[] =>
  matrix(`${name}.weight`).map((line, out) =>
    line.reduce((sum, each, at) => sum + each * row[at]!, vector(`${name}.bias`)[out]!),
  );
const norm = (row: number[], name: string): number[] => {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
  const [scale, bias] = [vector(`${name}.weight`), vector(`${name}.bias`)];
  return row.map((each, at) => ((each - mean) / Math.sqrt(variance + 1e-6)) * scale[at]! + bias[at]!);
};
/** The error function by its series, which is exact to doubles here. */
const erf = (x: number): number => {
  let [term, sum] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
};
const gelu = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));

/** One clip in doubles: the logits of each place of its caption. */
function byHand(clip: number): Matrix {
  const words = matrix('words.weight');
  const seen = [0, 1, 2].map((token) =>
    linear(video.slice((clip * 3 + token) * 6, (clip * 3 + token + 1) * 6).map(Math.fround), 'bridge'),
  );
  const said = [0, 1, 2, 3, 4].map((place) => {
    const word = masked[clip]![place] ? vector('mask_token') : words[ids[clip]![place]!]!;
    return word.map((each, at) => each + matrix('word_positions')[place]![at]!);
  });
  const visible = [1, 1, 1, ...used[clip]!];
  let rows = [...seen, ...said];
  for (const block of [0, 1]) {
    const name = `blocks.${block}`;
    const normed = rows.map((row) => norm(row, `${name}.attention_norm`));
    const [query, key, value] = (['query', 'key', 'value'] as const).map((part) =>
      normed.map((row) => linear(row, `${name}.${part}`)),
    );
    const attended = rows.map((row, at) => {
      const mixed = Array.from({ length: H }, (_, dimension) => {
        const head = Math.floor(dimension / (H / HEADS));
        const dimensions = Array.from({ length: H / HEADS }, (__, each) => head * (H / HEADS) + each);
        const weights = rows.map((__, other) => {
          const score = dimensions.reduce((sum, d) => sum + query![at]![d]! * key![other]![d]!, 0);
          return visible[other] ? Math.exp(score / Math.sqrt(H / HEADS)) : 0;
        });
        const total = weights.reduce((a, b) => a + b, 0);
        return weights.reduce((sum, weight, other) => sum + (weight / total) * value![other]![dimension]!, 0);
      });
      const out = linear(mixed, `${name}.attention_output`);
      return row.map((each, d) => each + out[d]!);
    });
    rows = attended.map((row) => {
      const hidden = linear(norm(row, `${name}.mlp_norm`), `${name}.mlp_in`).map(gelu);
      const out = linear(hidden, `${name}.mlp_out`);
      return row.map((each, d) => each + out[d]!);
    });
  }
  return rows.slice(3).map((row) => linear(norm(row, 'norm'), 'words'));
}

const tensors = (change: Partial<Record<keyof CaptionInputs, Matrix>> = {}) => ({
  ids: tf.tensor2d(change.ids ?? ids, [2, 5], 'int32'),
  used: tf.tensor2d(change.used ?? used, [2, 5]),
  masked: tf.tensor2d(change.masked ?? masked, [2, 5]),
});

const ENGINES = [
  { name: 'cpu', make: () => cpuEngine() },
  { name: 'onnx', make: () => onnxEngine({ threads: 1 }) },
];

describe.each(ENGINES)('captionDecoder on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  const decoded = async (change: Parameters<typeof tensors>[0] = {}, seen = video) => {
    const run = engine.compile((given: { params: Params; video: tf.Tensor3D; caption: CaptionInputs }) =>
      model.decode(given.params, given.video, given.caption),
    );
    const found = await run({
      params: paramsOf(),
      video: tf.tensor3d(seen, [2, 3, 6]),
      caption: tensors(change),
    });
    return (await found.array()) as number[][][];
  };

  it('reads video and caption as loops in doubles do', async () => {
    const found = await decoded();
    for (const clip of [0, 1]) {
      const expected = byHand(clip);
      for (const [place, row] of expected.entries()) {
        for (const [word, value] of row.entries()) {
          expect(Math.abs(found[clip]![place]![word]! - value)).toBeLessThan(2e-4);
        }
      }
    }
  });

  it('does not see what is masked, nor padding, nor another clip, but the video and the other words', async () => {
    const before = await decoded();
    const changed = (rows: Matrix, clip: number, place: number, value: number) =>
      rows.map((row, at) => (at === clip ? row.map((each, to) => (to === place ? value : each)) : row));
    expect(await decoded({ ids: changed(ids, 0, 1, 9) })).toEqual(before);
    const padded = await decoded({ ids: changed(ids, 1, 4, 9) });
    expect(padded[1]!.slice(0, 4)).toEqual(before[1]!.slice(0, 4));
    expect(padded[0]).toEqual(before[0]);
    const other = await decoded({ ids: changed(ids, 0, 0, 9) });
    expect(other[0]![1]).not.toEqual(before[0]![1]);
    expect(other[1]).toEqual(before[1]);
    const dark = await decoded({}, [...video.slice(0, 18), ...video.slice(18).map(() => 0)]);
    expect(dark[1]![0]).not.toEqual(before[1]![0]);
    expect(dark[0]).toEqual(before[0]);
  });
});

describe('captionDecoder', () => {
  it('refuses what does not fit', async () => {
    await cpuEngine();
    const params = paramsOf();
    const seen = tf.tensor3d(video, [2, 3, 6]);
    const fails = (where: string, call: () => unknown, code = 'INPUT_SHAPE') =>
      expect(call).toThrow(
        expect.objectContaining({ code, where: where ? `captionDecoder, ${where}` : 'params' }),
      );
    fails('ids', () => model.decode(params, seen, { ...tensors(), ids: tf.zeros([2, 6], 'int32') }));
    fails('ids', () => model.decode(params, seen, { ...tensors(), ids: tf.zeros([2, 5]) }));
    fails('used', () => model.decode(params, seen, { ...tensors(), used: tf.zeros([2, 4]) }));
    fails('masked', () => model.decode(params, seen, { ...tensors(), masked: tf.zeros([1, 5]) }));
    fails('video', () => model.decode(params, tf.zeros([2, 3, 5]), tensors()));
    fails('video', () => model.decode(params, 'x' as never, tensors()), 'OPTION_INVALID');
    fails('', () => model.decode({}, seen, tensors()), 'PARAMETER_MISSING');
  });
});
