import * as tf from '@tensorflow/tfjs';
import type { CaptionTokens, LossInputs } from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import { captionDecoder, type Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENGINES, WORDS } from '../tiny-batch.test-support.js';
import { captionTokenLoss } from './caption-token-loss.js';

const tokenizer = { vocabulary: WORDS, encode: () => [], describe: () => ({ is: 'words' }) };
const loss = captionTokenLoss({ tokenizer, length: 4, width: 8, heads: 2 });
const VIDEO = 5;

/** Three clips: two hidden words of three, one of one, and a caption that says nothing. */
const ids = [
  [2, 5, 2, 0],
  [4, 0, 0, 0],
  [0, 0, 0, 0],
];
const used = [
  [1, 1, 1, 0],
  [1, 0, 0, 0],
  [0, 0, 0, 0],
];
const masked = [
  [1, 0, 1, 0],
  [1, 0, 0, 0],
  [0, 0, 0, 0],
];
/** Each hidden word's share in the mean over clips. */
const SHARES = [
  { clip: 0, place: 0, word: 2, share: 1 / 6 },
  { clip: 0, place: 2, word: 2, share: 1 / 6 },
  { clip: 1, place: 0, word: 4, share: 1 / 3 },
];

const tokensOf = (): CaptionTokens => ({
  ids: tf.tensor2d(ids, [3, 4], 'int32'),
  used: tf.tensor2d(used),
  masked: tf.tensor2d(masked),
});

const inputsOf = (video: tf.Tensor3D, captionTokens: CaptionTokens): LossInputs => ({
  views: { reconstruct: { tokens: video, embedding: tf.mean(video, 1) as tf.Tensor2D } },
  captionTokens,
  sampleKey: tf.zeros([3, 2], 'int32'),
});

const drawn = (): Params => {
  const random = seededRandom('caption loss');
  const params = loss.init(random, { video: VIDEO, prediction: 6 });
  // Words further apart than a decoder begins with, so that something is at stake.
  const words = params['captionTokens.words.weight']!;
  const larger = tf.tidy(() => tf.mul(words, 30));
  words.dispose();
  return { ...params, 'captionTokens.words.weight': larger };
};
const video = () =>
  tf.tensor3d(Float32Array.from({ length: 3 * 2 * VIDEO }, seededRandom('video')), [3, 2, VIDEO]);

describe.each(ENGINES)('captionTokenLoss on $name', ({ make }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await make();
  });
  afterAll(() => engine.dispose());

  it('is the cross-entropy of the hidden words, a mean over clips, with its figures (by hand)', async () => {
    const params = drawn();
    const decoder = captionDecoder({
      videoSize: VIDEO,
      vocabSize: WORDS,
      maxPositionEmbeddings: 4,
      hiddenSize: 8,
      numHiddenLayers: 1,
      numAttentionHeads: 2,
      intermediateSize: 32,
    });
    const run = engine.compile((given: { params: Params; video: tf.Tensor3D; tokens: CaptionTokens }) => {
      const inputs = inputsOf(given.video, given.tokens);
      const own = Object.fromEntries(
        Object.entries(given.params).map(([name, each]) => [name.replace('captionTokens.', ''), each]),
      );
      return {
        value: loss.compute(given.params, inputs),
        figures: loss.figures!(given.params, inputs) as { baseline: tf.Scalar; accuracy: tf.Scalar },
        logits: decoder.decode(own, given.video, given.tokens),
      };
    });
    const found = await run({ params, video: video(), tokens: tokensOf() });
    const logits = (await found.logits.array()) as number[][][];
    const expected = SHARES.reduce((sum, { clip, place, word, share }) => {
      const row = logits[clip]![place]!;
      return sum + share * (Math.log(row.reduce((all, each) => all + Math.exp(each), 0)) - row[word]!);
    }, 0);
    expect((await found.value.data())[0]).toBeCloseTo(expected, 5);
    // The word 2 is half of all that is hidden, and so is 4; a third of the mean is a clip that says nothing.
    expect((await found.figures.baseline.data())[0]).toBeCloseTo((2 / 3) * Math.log(2), 5);
    const right = SHARES.filter(({ clip, place, word }) => {
      const row = logits[clip]![place]!;
      return row.indexOf(Math.max(...row)) === word;
    });
    const accuracy = right.reduce((sum, { share }) => sum + share, 0) / (2 / 3);
    expect((await found.figures.accuracy.data())[0]).toBeCloseTo(accuracy, 5);
    tf.dispose([found, params] as never);
  });

  it('has the gradients of central differences, the video among them', async () => {
    const params = drawn();
    const of = (given: { params: Params; video: tf.Tensor3D; tokens: CaptionTokens }) =>
      loss.compute(given.params, inputsOf(given.video, given.tokens));
    const names = ['captionTokens.words.weight', 'captionTokens.mask_token', 'captionTokens.bridge.weight'];
    const slopes = engine.compile((given: { params: Params; video: tf.Tensor3D; tokens: CaptionTokens }) => {
      const at = (video: tf.Tensor3D, ...own: tf.Tensor[]) => {
        const changed = Object.fromEntries(names.map((name, index) => [name, own[index]!]));
        return of({ ...given, video, params: { ...given.params, ...changed } });
      };
      const gradients = tf.grads(at as never)([given.video, ...names.map((name) => given.params[name]!)]);
      return Object.fromEntries(['video', ...names].map((name, index) => [name, gradients[index]!]));
    });
    const value = engine.compile(of);
    const found = await slopes({ params, video: video(), tokens: tokensOf() });
    const h = 2e-3;
    for (const [name, place] of [
      ['video', 3],
      ['video', 12],
      ['captionTokens.words.weight', 17],
      ['captionTokens.words.weight', 40],
      ['captionTokens.mask_token', 2],
      ['captionTokens.bridge.weight', 7],
    ] as const) {
      const valueAt = async (by: number) => {
        const shift = async (tensor: tf.Tensor) => {
          const data = Float32Array.from(await tensor.data());
          data[place]! += by;
          return tf.tensor(data, tensor.shape);
        };
        const seen = name === 'video' ? ((await shift(video())) as tf.Tensor3D) : video();
        const own = name === 'video' ? params : { ...params, [name]: await shift(params[name]!) };
        return (await (await value({ params: own, video: seen, tokens: tokensOf() })).data())[0]!;
      };
      const slope = ((await valueAt(h)) - (await valueAt(-h))) / (2 * h);
      expect(Math.abs((await found[name]!.data())[place]! - slope), `${name} ${place}`).toBeLessThan(1e-3);
    }
  });
});

describe('captionTokenLoss', () => {
  it('says what it needs, and names its parameters', () => {
    const { needs, name } = captionTokenLoss({ tokenizer, view: 'whole' });
    expect(name).toBe('captionTokens');
    expect(needs).toEqual({
      views: ['whole'],
      text: false,
      captionTokens: { tokenizer, length: 32, ratio: 0.75 },
    });
    const params = drawn();
    expect(Object.keys(params).every((each) => each.startsWith('captionTokens.'))).toBe(true);
    expect(params['captionTokens.bridge.weight']!.shape).toEqual([8, VIDEO]);
  });

  it('refuses options and inputs that do not fit', () => {
    for (const wrong of [
      {},
      { tokenizer: {} },
      { tokenizer, ratio: 0 },
      { tokenizer, ratio: 1.5 },
      { tokenizer, length: 0 },
      { tokenizer, width: 7.5 },
      { tokenizer, words: 3 },
    ]) {
      expect(() => captionTokenLoss(wrong as never)).toThrow(
        expect.objectContaining({ name: 'TrainError', code: 'OPTION_INVALID' }),
      );
    }
    expect(() => captionTokenLoss({ tokenizer, width: 7, heads: 2 })).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        where: 'captionTokenLoss, option width',
        expected: 'a multiple of the 2 heads',
        received: '7',
      }),
    );
    const { captionTokens: _tokens, ...without } = inputsOf(video(), tokensOf());
    for (const inputs of [without, { ...without, views: {} }, undefined]) {
      expect(() => loss.compute({}, inputs as never)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: 'captionTokenLoss, inputs' }),
      );
    }
  });

  it('leaves no tensors behind', () => {
    const params = drawn();
    const inputs = inputsOf(video(), tokensOf());
    const before = tf.memory().numTensors;
    loss.compute(params, inputs).dispose();
    tf.dispose(Object.values(loss.figures!(params, inputs)));
    expect(tf.memory().numTensors).toBe(before);
  });
});
