import { type ClipTokenizer, clipTokenizer } from '../clip/tokenizer.js';
import { clipTokenizerJson } from '../clip/tokenizer-json.js';

/** The ids of the tokens of `lettersTokenizer`. */
export const lettersVocabulary: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ...[...'abcd'].flatMap((letter) => [letter, `${letter}</w>`]),
    ...['ab', 'abc</w>', '<|startoftext|>', '<|endoftext|>'],
  ].map((token, id) => [token, id]),
);

/** A tokenizer of the letters a to d with two merges. */
export function lettersTokenizer(contextLength: number): ClipTokenizer {
  const { json, config } = clipTokenizerJson(lettersVocabulary, ['a b', 'ab c</w>']);
  return clipTokenizer(json, config, contextLength);
}
