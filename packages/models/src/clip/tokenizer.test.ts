import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.js';
import { clipVocabulary, hasClipVocabulary, parityJson, parityTensors } from '../testing/parity.js';
import { lettersTokenizer, lettersVocabulary } from '../testing/tokenizer-json.js';
import { clipTokenizer } from './tokenizer.js';
import { clipTokenizerJson } from './tokenizer-json.js';

const tokenIds: Record<string, number> = {
  ...lettersVocabulary,
  start: lettersVocabulary['<|startoftext|>']!,
  end: lettersVocabulary['<|endoftext|>']!,
};

describe('clipTokenizer', () => {
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

  it('refuses what is no tokenizer', () => {
    const { json, config } = lettersTokenizer(8);
    expect(() => clipTokenizer({}, config, 8)).toThrow(ConfigError);
    const { eos_token: _, ...rest } = config as Record<string, unknown>;
    expect(() => clipTokenizer(json, rest, 8)).toThrow(
      'clipTokenizer: eos_token of tokenizer_config.json must be in the vocabulary, got undefined.',
    );
    expect(() => lettersTokenizer(1)).toThrow('contextLength must be an integer of at least 2, got 1.');
  });
});

describe.skipIf(!hasClipVocabulary)("the published vocabulary and OpenAI's tokenizer", () => {
  it('give the same ids', async () => {
    const vocab = JSON.parse(readFileSync(join(clipVocabulary, 'clip-vocab.json'), 'utf8'));
    // 49,408 tokens: 2 x 256 bytes, 2 special ones, and as many merges as there are more.
    const merges = readFileSync(join(clipVocabulary, 'clip-merges.txt'), 'utf8').split('\n').slice(1, 48_895);
    const { json, config } = clipTokenizerJson(vocab, merges);
    const tokenizer = clipTokenizer(json, config, 77);
    const { entries } = parityJson('clip-tokenizer');
    const rows = (await parityTensors('clip-tokenizer')).tensors.tokens77!.data as Int32Array;
    for (const [row, { text }] of entries.entries()) {
      const { ids, end } = tokenizer.encode(text);
      expect([...ids], text).toEqual([...rows.subarray(row * 77, row * 77 + 77)]);
      expect(ids[end]).toBe(49407);
    }
  }, 30_000);
});
