import { showValue } from '@tgm/options';
import type { TextTokenizer } from '../checkpoint/text-tokenizer.js';
import { ModelError } from '../errors.js';

/** A text as SigLIP's text tower takes it: every place is filled. */
export interface SiglipTokenizer {
  /** L */
  readonly contextLength: number;
  /** The files' contents, for a digest. */
  readonly files: readonly object[];
  /** [contextLength] @throws ModelError with `CONFIG_INVALID` for a token that the text tower does not have. */
  encode(text: string): Int32Array;
}

/** ASCII's, as Python's `string.punctuation` has it. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/**
 * The words of a text as big_vision's `canonicalize_text` and `SiglipTokenizer` leave them: lower case, without punctuation, one space
 * between two.
 */
export const canonicalText = (text: string): string =>
  text.toLowerCase().replace(PUNCTUATION, '').replace(/\s+/g, ' ').trim();

export interface SiglipTokenizerOptions extends Omit<SiglipTokenizer, 'encode'> {
  /** Whether texts lose their punctuation, as for the first SigLIP; the second one's are put in lower case alone. */
  readonly canonical: boolean;
  /** The side of a text that is filled up. */
  readonly padding: 'left' | 'right';
  /** Tokens of the text tower. */
  readonly vocabSize: number;
  /** Of the tokenizer's file, for errors. */
  readonly path: string;
}

export function siglipTokenizer(
  tokenizer: TextTokenizer,
  { canonical, padding, vocabSize, path, ...given }: SiglipTokenizerOptions,
): SiglipTokenizer {
  return {
    ...given,
    encode(text) {
      const length = given.contextLength;
      const words = tokenizer.encode(canonical ? canonicalText(text) : text.toLowerCase(), length);
      const largest = Math.max(tokenizer.padId, ...words);
      if (largest >= vocabSize)
        throw new ModelError('CONFIG_INVALID', {
          where: path,
          expected: `ids below ${vocabSize}, the text tower's vocabulary`,
          received: `${largest}, for ${showValue(text)}`,
        });
      const ids = new Int32Array(length).fill(tokenizer.padId);
      ids.set(words, padding === 'left' ? length - words.length : 0);
      return ids;
    },
  };
}
