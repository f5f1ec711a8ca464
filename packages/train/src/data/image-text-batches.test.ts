import * as tf from '@tensorflow/tfjs';
import { frameTokens } from '@tgm/models';
import { descriptionContract } from '@tgm/options/testing';
import { describe, expect, it } from 'vitest';
import { colours, letters, tinyClipModel } from '../objectives/tiny-clip-model.test-support.js';
import { type ImageTextBatchesOptions, imageTextBatches } from './image-text-batches.js';
import type { ImageTextPair, ImageTextPairs } from './image-text-pairs.js';
import { textKeys } from './text-keys.js';

const model = tinyClipModel();
const tokenizer = letters();
const pairs = colours(10);
const base: ImageTextBatchesOptions = { model, tokenizer, pairs, batchSize: 4, seed: 1 };

/** What `count` batches hold, as numbers. */
async function read(options: Partial<ImageTextBatchesOptions>, count: number, after?: number) {
  const stream = await imageTextBatches({ ...base, ...options }).open(after);
  const all = [];
  for (let at = 0; at < count; at++) {
    const { tensors, ids, after, clips } = (await stream.next())!;
    const { texts, images } = tensors;
    const numbers = async (tensor?: tf.Tensor) =>
      tensor && { shape: tensor.shape, values: Array.from(await tensor.data()) };
    all.push({
      ids,
      after,
      clips,
      tokenIds: (await numbers(texts.tokenIds))!,
      endPositions: await numbers(texts.endPositions),
      meaning: await numbers(texts.meaning),
      patches: await numbers(images?.patches),
      positions: await numbers(images?.positions),
      matchKey: await numbers(images?.matchKey),
      sampleKey: await numbers(images?.sampleKey),
    });
    tf.dispose(tensors as unknown as tf.TensorContainer);
  }
  await stream.close();
  return all;
}

/** Pairs of one text each and nothing else. */
const plain = (
  texts: readonly string[],
  change: (pair: ImageTextPair, row: number) => object = () => ({}),
) => ({
  length: texts.length,
  load: (indices: readonly number[]) =>
    indices.map((index, row) => {
      const pair = { id: `${index}`, text: texts[index]! };
      return { ...pair, ...change(pair, row) };
    }),
  describe: () => ({ is: 'plain' }),
});

const rowsOf = ({ shape, values }: { shape: readonly number[]; values: readonly number[] }) =>
  Array.from({ length: shape[0]! }, (_, row) =>
    values.slice((row * values.length) / shape[0]!, ((row + 1) * values.length) / shape[0]!),
  );

describe('imageTextBatches', () => {
  it('goes through all pairs once an epoch, in an order of its own', async () => {
    const batches = await read({}, 5);
    const ids = batches.flatMap((batch) => batch.ids);
    const epochs = [ids.slice(0, 10), ids.slice(10)];
    const all = Array.from({ length: 10 }, (_, index) => `sample ${index}`).sort();
    for (const epoch of epochs) expect([...epoch].sort()).toEqual(all);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect((await read({ seed: 2 }, 5)).flatMap((batch) => batch.ids)).not.toEqual(ids);
    expect(batches[0]).toMatchObject({ clips: 4, after: 1 });
  });

  it('goes on from any batch with what would have come', async () => {
    const random: ImageTextPairs = {
      ...pairs,
      load: (indices, random) =>
        indices.map((index) => ({ ...pairs.pair(index), text: 'abcdefgh'[Math.floor(8 * random())]! })),
    };
    const options = { pairs: random, dropPatches: 0.5 };
    const whole = await read(options, 6);
    expect(await read(options, 4, 2)).toEqual(whole.slice(2));
    expect(new Set(whole.map(({ tokenIds }) => String(tokenIds.values))).size).toBe(6);
  });

  it('lays texts, those without an image and all paraphrases one behind the other', async () => {
    const [batch] = await read({ batchSize: 2 }, 1);
    const loaded = batch!.ids.map((id) => pairs.pair(Number(id.split(' ')[1])));
    const wordings = [...loaded, ...loaded.flatMap(({ others }) => others!)];
    const texts = [...wordings.map(({ text }) => text), ...wordings.map(({ paraphrase }) => paraphrase!)];
    // The start token, two letters, the end token.
    expect(batch!.tokenIds.shape).toEqual([8, 8]);
    expect(rowsOf(batch!.tokenIds)).toEqual(
      texts.map((text) => Array.from(tokenizer.encode(text).ids.subarray(0, 8))),
    );
    expect(batch!.endPositions!.values).toEqual(Array(8).fill(3));
    const meanings = rowsOf(batch!.meaning!).map(String);
    expect(meanings).toHaveLength(4);
    const named = wordings.map(({ meaning }) => meaning);
    for (const [i, one] of meanings.entries())
      for (const [j, other] of meanings.entries()) expect(one === other).toBe(named[i] === named[j]);
  });

  it('cuts texts at the longest of the batch in steps of 8, and at what the tokenizer gives', async () => {
    const long = (words: number) => Array(words).fill('a').join(' ');
    const length = async (words: number) => {
      const [batch] = await read({ pairs: plain(['a', long(words)]), batchSize: 2 }, 1);
      return batch!.tokenIds.shape[1];
    };
    expect(await length(6)).toBe(8);
    expect(await length(7)).toBe(12);
    expect(await length(30)).toBe(12);
  });

  it('takes texts for what they say, and pairs for theirs, where nothing else is given', async () => {
    const image = { image: new Uint8Array(192), paraphrase: 'h' };
    const [batch] = await read({ pairs: plain(['a', 'b', 'a'], () => image), batchSize: 3 }, 1);
    for (const key of [batch!.meaning!, batch!.matchKey!]) {
      const keys = Object.fromEntries(rowsOf(key).map((row, at) => [batch!.ids[at], String(row)]));
      expect(keys[0]).toBe(keys[2]);
      expect(keys[0]).not.toBe(keys[1]);
    }
    expect(new Set(rowsOf(batch!.sampleKey!).map(String)).size).toBe(3);
  });

  it('leaves out the share of patches, drawn anew for each image each time', async () => {
    const batches = await read({ dropPatches: 0.75, pairs: colours(4) }, 8);
    const seen = new Set<string>();
    for (const { ids, patches, positions } of batches) {
      expect(patches!.shape).toEqual([4, 4, 12]);
      expect(positions!.shape).toEqual([4, 4]);
      for (const [row, numbers] of rowsOf(positions!).entries()) {
        seen.add(String(numbers));
        expect(new Set(numbers).size).toBe(4);
        const { image } = pairs.pair(Number(ids[row]!.split(' ')[1]));
        const layout = { numFrames: 1, tubeletSize: 1, imageSize: 8, patchSize: 2 };
        const wanted = frameTokens(image!, layout, numbers, model.pixels);
        expect(rowsOf(patches!)[row]).toEqual(Array.from(wanted));
      }
    }
    // Of 1820 sets of 4 among 16, 32 times.
    expect(seen.size).toBeGreaterThan(25);
    const times = Array<number>(16).fill(0);
    for (const set of seen) for (const patch of set.split(',')) times[Number(patch)]!++;
    expect(Math.min(...times)).toBeGreaterThan(0);
    const [whole] = await read({}, 1);
    expect(whole!.patches!.shape).toEqual([4, 16, 12]);
    expect(whole!.positions).toBeUndefined();
    const [one] = await read({ dropPatches: 0.999 }, 1);
    expect(one!.patches!.shape).toEqual([4, 1, 12]);
  });

  it('names what is wrong with the pairs, and keeps no tensor', async () => {
    const tensors = tf.memory().numTensors;
    const image = new Uint8Array(192);
    const wrong: [ImageTextPairs, object][] = [
      [plain(['a', 'b'], (_, row) => (row === 0 ? { image } : {})), { code: 'EXAMPLE_INVALID' }],
      [plain(['a', 'b'], (_, row) => (row === 0 ? { paraphrase: 'c' } : {})), { code: 'EXAMPLE_INVALID' }],
      [
        { ...plain(['a', 'b']), load: () => [] },
        { code: 'EXAMPLE_INVALID', where: expect.stringContaining('load') },
      ],
      [
        plain(['a', 'b'], ({ id }) => ({ image: id === '1' ? new Uint8Array(3) : image })),
        { code: 'EXAMPLE_INVALID', where: 'imageTextBatches, sample 1' },
      ],
      [
        plain(['a', 'b'], ({ id }) => (id === '1' ? { text: undefined as never } : {})),
        { code: 'EXAMPLE_INVALID', where: 'imageTextBatches, sample 1', expected: 'a text' },
      ],
      [
        plain(['a', 'b'], () => ({ id: 3 as never })),
        { code: 'EXAMPLE_INVALID', expected: 'a pair with an id, a text' },
      ],
      [
        { ...plain(['a', 'b']), load: () => undefined as never },
        { code: 'EXAMPLE_INVALID', received: 'undefined' },
      ],
    ];
    for (const [given, error] of wrong) {
      await expect(read({ pairs: given, batchSize: 2 }, 1)).rejects.toMatchObject(error);
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('shares each batch out among ranks, with what one process draws', async () => {
    const random: ImageTextPairs = {
      ...pairs,
      load: (indices, random) =>
        indices.map((index) => ({ ...pairs.pair(index), text: 'abcdefgh'[Math.floor(8 * random())]! })),
    };
    const options = { pairs: random, dropPatches: 0.5 };
    const whole = await read(options, 3);
    const ranks = await Promise.all([0, 1].map((rank) => read({ ...options, rank, ranks: 2 }, 3)));
    for (const [at, batch] of whole.entries()) {
      const shares = ranks.map((rank) => rank[at]!);
      expect(shares.map(({ clips, after }) => [clips, after])).toEqual([
        [2, at + 1],
        [2, at + 1],
      ]);
      for (const name of ['patches', 'positions', 'matchKey', 'sampleKey'] as const)
        expect(shares.flatMap((share) => rowsOf(share[name]!))).toEqual(rowsOf(batch[name]!));
      expect(shares.flatMap(({ ids }) => ids)).toEqual(batch.ids);
    }
    expect(() => imageTextBatches({ ...base, batchSize: 5, ranks: 2 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'imageTextBatches, option batchSize' }),
    );
  });

  it('tells which pairs match, of one rank as of all', async () => {
    const image = new Uint8Array(192);
    const given = plain(['a', 'b', 'c', 'd'], ({ id }) => ({ image, match: id === '3' ? 'b' : 'all' }));
    const stream = await imageTextBatches({ ...base, pairs: given, rank: 1, ranks: 2 }).open();
    const { ids, compared, tensors } = (await stream.next())!;
    tf.dispose(tensors as unknown as tf.TensorContainer);
    expect(compared).toEqual({
      captions: textKeys(ids.map((id) => (id === '3' ? 'b' : 'all'))),
      samples: textKeys(ids),
    });
    const wordless = await imageTextBatches({ ...base, pairs: plain(['a', 'b']), batchSize: 2 }).open();
    const batch = (await wordless.next())!;
    tf.dispose(batch.tensors as unknown as tf.TensorContainer);
    expect(batch.compared).toBeUndefined();
  });

  it.each([
    [{ batchSize: 1 }, 'OPTION_INVALID', 'option batchSize'],
    [{ dropPatches: 1 }, 'OPTION_INVALID', 'option dropPatches'],
    [{ drop: 0.5 }, 'OPTION_INVALID', 'option drop'],
    [{ pairs: plain([]) }, 'NO_EXAMPLES', 'imageTextBatches'],
  ])('refuses %j', (options, code, where) => {
    expect(() => imageTextBatches({ ...base, ...options } as never)).toThrow(
      expect.objectContaining({ code, where: expect.stringContaining(where) }),
    );
  });

  it('refuses a place that it never told', () => {
    expect(() => imageTextBatches(base).open('3')).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  for (const { name, run } of descriptionContract({
    factories: [
      {
        name: 'imageTextBatches',
        make: imageTextBatches,
        options: base as never,
        changes: {
          model: { ...model, describe: () => ({ is: 'clip', projectionDim: 7 }) },
          tokenizer: [letters(8), { ...tokenizer, json: {} }],
          pairs: colours(11),
          batchSize: 5,
          seed: ['1', 2],
          dropPatches: 0.5,
        } satisfies Record<Exclude<keyof ImageTextBatchesOptions, 'rank' | 'ranks'>, unknown>,
      },
    ],
  }))
    it(name, run);
});
