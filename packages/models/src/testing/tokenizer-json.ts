import { type ClipModelTokenizer, clipModelTokenizer } from '../clip-model/tokenizer.js';
import { clipModelTokenizerJson } from '../clip-model/tokenizer-json.js';

/** The ids of the tokens of `lettersTokenizer`. */
export const lettersVocabulary: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ...[...'abcd'].flatMap((letter) => [letter, `${letter}</w>`]),
    ...['ab', 'abc</w>', '<|startoftext|>', '<|endoftext|>'],
  ].map((token, id) => [token, id]),
);

/** A tokenizer of the letters a to d with two merges. */
export function lettersTokenizer(contextLength: number): ClipModelTokenizer {
  const { json, config } = clipModelTokenizerJson(lettersVocabulary, ['a b', 'ab c</w>']);
  return clipModelTokenizer(json, config, contextLength);
}
