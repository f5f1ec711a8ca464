import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOnnx } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyOnnx } from '../testing/tiny-onnx.js';
import { type TinyTextEncoder, writeTinyTextEncoder } from '../testing/tiny-text-encoder.js';
import { sentenceEncoder } from './sentence-encoder.js';

let folder: string;
const made: Partial<Record<'bert' | 'roberta', TinyTextEncoder>> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentence-encoder-'));
  for (const kind of ['bert', 'roberta'] as const) {
    made[kind] = await writeTinyTextEncoder(join(folder, kind), { kind, words: ['red', 'ball', 'rolls'] });
  }
});
afterAll(() => rm(folder, { recursive: true }));

const texts = ['red ball', 'A red ball rolls.', ''];
/** What the published tokenizers make of the texts with these words: BERT's has no capitals. */
const tokens = {
  bert: [
    ['[CLS]', 'red', 'ball', '[SEP]'],
    ['[CLS]', 'a', 'red', 'ball', 'rolls', '.', '[SEP]'],
    ['[CLS]', '[SEP]'],
  ],
  roberta: [
    ['<s>', 'red', 'Ġball', '</s>'],
    ['<s>', 'A', 'Ġred', 'Ġball', 'Ġrolls', '.', '</s>'],
    ['<s>', '</s>'],
  ],
};

/** One text alone, by hand: [L][D] after embeddings, LayerNorm and attention. */
function tokensOf(kind: 'bert' | 'roberta', text: readonly string[]): number[][] {
  const { vocabulary, width: D, words, places, types } = made[kind]!;
  const x = text.map((token, at) => {
    const place = kind === 'bert' ? at : at + 2;
    const sum = Array.from({ length: D }, (_, d) => {
      const word = words[vocabulary[token]! * D + d]! + places[place * D + d]!;
      return kind === 'bert' ? word + types[d]! : word;
    });
    const mean = sum.reduce((all, each) => all + each, 0) / D;
    const variance = sum.reduce((all, each) => all + (each - mean) ** 2, 0) / D;
    return sum.map((each) => (each - mean) / Math.sqrt(variance + 1e-12));
  });
  return x.map((query) => {
    const scores = x.map((key) =>
      Math.exp(key.reduce((all, each, d) => all + each * query[d]!, 0) / Math.sqrt(D)),
    );
    const total = scores.reduce((all, each) => all + each, 0);
    return query.map((own, d) => own + x.reduce((all, key, at) => all + (scores[at]! / total) * key[d]!, 0));
  });
}

function pooled(hidden: readonly number[][], pooling: 'mean' | 'cls'): number[] {
  const first = hidden[0]!;
  const vector =
    pooling === 'cls'
      ? first
      : first.map((_, d) => hidden.reduce((all, token) => all + token[d]!, 0) / hidden.length);
  const norm = Math.hypot(...vector);
  return vector.map((each) => each / norm);
}

describe.each(['bert', 'roberta'] as const)('sentenceEncoder of a %s', (kind) => {
  const open = (options = {}) =>
    sentenceEncoder({ model: join(folder, kind), revision: 'one', offline: true, ...options });

  it.each(['mean', 'cls'] as const)('embeds texts as by hand, by their %s', async (pooling) => {
    const encoder = await open({ pooling });
    const { values, count, width } = await encoder.encodeText(texts);
    expect([count, width, encoder.width]).toEqual([3, 16, 16]);
    for (const [row, text] of tokens[kind].entries()) {
      const expected = pooled(tokensOf(kind, text), pooling);
      expected.forEach((value, d) => {
        expect(values[row * width + d]).toBeCloseTo(value, 5);
      });
    }
    await encoder.dispose();
  });

  it('tells what decides its numbers', async () => {
    const encoder = await open({ pooling: 'cls', cacheDir: folder });
    const model = join(folder, kind);
    const told = { is: 'sentenceEncoder', model, revision: 'one', pooling: 'cls', dtype: 'fp32' };
    expect(encoder.describe()).toEqual(told);
    await encoder.dispose();
  });

  it("gives the numbers of ONNX Runtime's own run", async () => {
    const file = await openOnnx(join(folder, kind, 'onnx', 'model.onnx'));
    const ids = BigInt64Array.from(tokens[kind][1]!, (token) => BigInt(made[kind]!.vocabulary[token]!));
    const shape = [1, ids.length];
    const { last_hidden_state: hidden } = await file.run({
      input_ids: { shape, data: ids },
      attention_mask: { shape, data: ids.map(() => 1n) },
      ...(kind === 'bert' && { token_type_ids: { shape, data: ids.map(() => 0n) } }),
    });
    await file.close();
    const first = [...(hidden!.data as Float32Array).subarray(0, 16)];
    const encoder = await open({ pooling: 'cls' });
    const { values } = await encoder.encodeText([texts[1]!]);
    pooled([first], 'cls').forEach((value, d) => {
      expect(values[d]).toBeCloseTo(value, 6);
    });
    await encoder.dispose();
  });

  it('does not depend on the texts beside one', async () => {
    const alone = await open();
    const beside = await open();
    const [one, all] = [await alone.encodeText(['red ball']), await beside.encodeText(texts)];
    one.values.forEach((value, d) => {
      expect(all.values[d]).toBeCloseTo(value, 6);
    });
    // What comes again is what came before, to the bit.
    expect((await beside.encodeText(['', 'red ball'])).values.subarray(16)).toEqual(
      all.values.subarray(0, 16),
    );
    await Promise.all([alone.dispose(), beside.dispose()]);
  });
});

describe('what is no text encoder', () => {
  it('is named', async () => {
    const model = join(folder, 'none');
    await expect(sentenceEncoder({ model, revision: 'one', offline: true })).rejects.toMatchObject({
      code: 'TEXT_ENCODER_FAILED',
      where: `${model} at one`,
      cause: expect.any(Error),
    });
  });

  it.each([
    ['not finite', 'Log', 'numbers that are not finite'],
    ['none', 'Shape', expect.any(String)],
  ])('is a model whose numbers are %s', async (name, operator, received) => {
    const model = join(folder, name);
    await writeTinyTextEncoder(model, { kind: 'roberta', words: [] });
    const ids = ['input_ids', 'attention_mask'].map(
      (input) => ({ name: input, type: 'int64', shape: ['batch', 'length'] }) as const,
    );
    const [end, below] = [BigInt64Array.of(2n), BigInt64Array.of(-1000n)];
    const broken = tinyOnnx(
      ids,
      [{ name: 'last_hidden_state', type: 'float32', shape: ['batch', 'length', 1] }],
      [
        { name: 'end', shape: [1], data: end },
        { name: 'below', shape: [1], data: below },
      ],
      [
        { operator: 'Add', inputs: ['input_ids', 'below'], output: 'negative' },
        { operator: 'Unsqueeze', inputs: ['negative', 'end'], output: 'last' },
        { operator: 'Cast', inputs: ['last'], output: 'numbers', attributes: { to: 1 } },
        { operator, inputs: ['numbers'], output: 'last_hidden_state' },
      ],
    );
    await writeFile(join(model, 'onnx', 'model.onnx'), broken);
    await expect(sentenceEncoder({ model, revision: 'one', offline: true })).rejects.toMatchObject({
      code: 'TEXT_ENCODER_FAILED',
      where: `${model} at one`,
      received,
    });
  });

  it('is refused by its options', async () => {
    await expect(
      sentenceEncoder({ model: 'm', revision: 'r', pooling: 'max' as never }),
    ).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'sentenceEncoder, option pooling',
    });
  });
});
