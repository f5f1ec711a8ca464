import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clipModelVocabulary, hasClipModelVocabulary, parityJson, parityTensors } from '../testing/parity.js';
import { lettersTokenizer, lettersVocabulary } from '../testing/tokenizer-json.js';
import { clipModelTokenizer } from './tokenizer.js';
import { clipModelTokenizerJson } from './tokenizer-json.js';

const tokenIds: Record<string, number> = {
  ...lettersVocabulary,
  start: lettersVocabulary['<|startoftext|>']!,
  end: lettersVocabulary['<|endoftext|>']!,
};

describe('clipModelTokenizer', () => {
  it('puts start and end around the words and fills up with zeros', () => {
    // "ab" is merged, then "ab" and "c" at the end of a word; "d" stays alone.
    const { ids, end } = lettersTokenizer(8).encode('  ABc d');
    const words = [tokenIds['abc</w>'], tokenIds['d</w>']];
    expect([...ids]).toEqual([tokenIds.start, ...words, tokenIds.end, 0, 0, 0, 0]);
    expect(end).toBe(3);
  });

  it('keeps the end token of a text that is too long', () => {
    const { ids, end } = lettersTokenizer(4).encode('d d d d d');
    expect([...ids]).toEqual([tokenIds.start, tokenIds['d</w>'], tokenIds['d</w>'], tokenIds.end]);
    expect(end).toBe(3);
  });

  it('takes an empty text', () => {
    const { ids, end } = lettersTokenizer(4).encode('');
    expect([...ids]).toEqual([tokenIds.start, tokenIds.end, 0, 0]);
    expect(end).toBe(1);
  });

  it('reads a text at its first end token, or at its largest id where an old checkpoint says so', () => {
    const { json, config } = lettersTokenizer(8);
    const larger = { ...(json as { added_tokens: object[]; model: object }) };
    const added = { content: '<more>', id: 12, special: true, normalized: false, single_word: false };
    const longer = {
      ...larger,
      added_tokens: [...larger.added_tokens, { ...added, lstrip: false, rstrip: false }],
    };
    const text = 'a <|endoftext|> <more> b';
    const now = clipModelTokenizer(longer, config, 8).encode(text);
    expect([...now.ids]).toEqual([
      tokenIds.start,
      tokenIds['a</w>'],
      tokenIds.end,
      12,
      tokenIds['b</w>'],
      tokenIds.end,
      0,
      0,
    ]);
    expect(now.end).toBe(2);
    const old = clipModelTokenizer(longer, config, 8, { eosTokenId: 2 }).encode(text);
    expect(old.ids).toEqual(now.ids);
    expect(old.end).toBe(3);
    expect(() => clipModelTokenizer(longer, config, 8, { eosTokenId: 12 })).toThrow(
      'clipModelTokenizer, option eosTokenId: expected 11',
    );
  });

  it('refuses what is no tokenizer', () => {
    const { json, config } = lettersTokenizer(8);
    expect(() => clipModelTokenizer({}, config, 8)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    const { eos_token: _, ...rest } = config as Record<string, unknown>;
    expect(() => clipModelTokenizer(json, rest, 8)).toThrow(
      'tokenizer_config.json, key eos_token: expected a token of the vocabulary, got undefined.',
    );
    expect(() => lettersTokenizer(1)).toThrow('contextLength: expected a whole number from 2, got 1.');
  });
});

describe.skipIf(!hasClipModelVocabulary)("the published vocabulary and OpenAI's tokenizer", () => {
  it('give the same ids', async () => {
    const vocab = JSON.parse(readFileSync(join(clipModelVocabulary, 'clip-vocab.json'), 'utf8'));
    // 49,408 tokens: 2 x 256 bytes, 2 special ones, and as many merges as there are more.
    const merges = readFileSync(join(clipModelVocabulary, 'clip-merges.txt'), 'utf8')
      .split('\n')
      .slice(1, 48_895);
    const { json, config } = clipModelTokenizerJson(vocab, merges);
    const tokenizer = clipModelTokenizer(json, config, 77);
    const { entries } = parityJson('clip-tokenizer');
    const rows = (await parityTensors('clip-tokenizer')).tensors.tokens77!.data as Int32Array;
    for (const [row, { text }] of entries.entries()) {
      const { ids, end } = tokenizer.encode(text);
      expect([...ids], text).toEqual([...rows.subarray(row * 77, row * 77 + 77)]);
      expect(ids[end]).toBe(49407);
    }
  }, 30_000);
});
