import { expect, it } from 'vitest';
import { letters } from '../tiny-clip-model.test-support.js';
import { clipModelCaptionTokenizer } from './clip-model-caption-tokenizer.js';
import { wordTokenizer } from './word-tokenizer.js';

it('wordTokenizer numbers the words of its captions by the alphabet, and others by 0', () => {
  const tokenizer = wordTokenizer(['A red square.', 'a BLUE square moves']);
  // 1 a, 2 blue, 3 moves, 4 red, 5 square
  expect(tokenizer.vocabulary).toBe(6);
  expect(tokenizer.encode('The red, red square moves')).toEqual([0, 4, 4, 5, 3]);
  expect(tokenizer.encode('...')).toEqual([]);
  expect(tokenizer.describe()).toEqual(wordTokenizer(['moves blue square a red']).describe());
  expect(tokenizer.describe()).not.toEqual(wordTokenizer(['moves blue square a green']).describe());
});

it('wordTokenizer refuses what has no words', () => {
  for (const wrong of [[], ['!'], [1], 'a', undefined]) {
    expect(() => wordTokenizer(wrong as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  }
});

it("clipModelCaptionTokenizer gives CLIP's tokens without start and end", () => {
  const clip = letters();
  const tokenizer = clipModelCaptionTokenizer(clip);
  const { ids, end } = clip.encode('a b');
  expect(Array.from(tokenizer.encode('a b'))).toEqual([...ids.subarray(1, end)]);
  expect(Array.from(tokenizer.encode('a b'))).toHaveLength(2);
  expect(Array.from(tokenizer.encode(''))).toEqual([]);
  // A text that is cut has its end token at the last place.
  expect(Array.from(tokenizer.encode('a b c d e f g h a b c d e f g h'))).toHaveLength(10);
  expect(tokenizer.vocabulary).toBe(18);
  expect(tokenizer.describe()).not.toEqual(clipModelCaptionTokenizer(letters(8)).describe());
  expect(() => clipModelCaptionTokenizer({} as never)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});
