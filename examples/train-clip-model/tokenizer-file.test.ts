import { clipModelTokenizer } from '@tgm/models';
import { describe, expect, test } from 'vitest';
import { captionsOf, sceneOf } from '../moving-shapes/index.js';
import { byteAlphabet, learnMerges } from './bpe.js';
import { CONTEXT_LENGTH } from './tiny-clip-model.js';
import { makeTokenizer } from './tokenizer-file.js';

const captionsFrom = (first: number) =>
  Array.from({ length: 300 }, (_, i) =>
    captionsOf(sceneOf({ seed: 2, split: 'text', index: first + i })),
  ).flatMap(({ object, scene }) => [...object, ...scene]);

describe('learnMerges', () => {
  test('joins the most frequent pair first, ties in code-unit order', () => {
    const counts = new Map([
      ['ab', 2],
      ['abc', 1],
    ]);
    // a b</w> occurs twice; then a b and b c</w> once each, and after a b only ab c</w> is left.
    expect(learnMerges(counts)).toEqual([
      ['a', 'b</w>'],
      ['a', 'b'],
      ['ab', 'c</w>'],
    ]);
  });
});

test('the byte alphabet is that of GPT-2 and CLIP', () => {
  const alphabet = byteAlphabet();
  expect(new Set(alphabet).size).toBe(256);
  expect(alphabet.slice(0, 3)).toEqual(['!', '"', '#']);
  // The first byte that does not print, 0, is U+0100; the space, the 33rd, is U+0120.
  expect(alphabet[188]).toBe('\u0100');
  expect(alphabet[188 + 32]).toBe('\u0120');
});

describe('makeTokenizer', () => {
  const files = makeTokenizer(captionsFrom(0), CONTEXT_LENGTH);
  const tokenizer = clipModelTokenizer(files.tokenizer, files.config, CONTEXT_LENGTH);

  test('gives each word of a caption one token between the start and the end', () => {
    const { ids, end } = tokenizer.encode('the red circle moves to the left');
    expect(ids[0]).toBe(files.startToken);
    expect(end).toBe(8);
    expect(ids[end]).toBe(files.endToken);
    expect(new Set(ids.subarray(1, end)).size).toBe(6);
    expect(ids[1]).toBe(ids[6]);
  });

  test('does not care about case and spaces, and spells out unknown words', () => {
    expect(tokenizer.encode('The  RED circle').ids).toEqual(tokenizer.encode('the red circle').ids);
    const { end } = tokenizer.encode('größe');
    expect(end).toBeGreaterThan(5);
  });

  test('leaves room for the longest caption', () => {
    for (const caption of captionsFrom(300))
      expect(tokenizer.encode(caption).end).toBeLessThan(CONTEXT_LENGTH);
    const longest = Math.max(...captionsFrom(0).map((caption) => tokenizer.encode(caption).end + 1));
    expect(longest).toBe(38);
  });
});
