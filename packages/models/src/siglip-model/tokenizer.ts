import type { TextTokenizer } from '../checkpoint/text-tokenizer.js';

/** A text as SigLIP's text tower takes it: every place is filled. */
export interface SiglipTokenizer {
  /** L */
  readonly contextLength: number;
  /** The files' contents, for a digest. */
  readonly files: readonly object[];
  /** [contextLength] */
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
}

export function siglipTokenizer(
  tokenizer: TextTokenizer,
  { canonical, padding, ...given }: SiglipTokenizerOptions,
): SiglipTokenizer {
  return {
    ...given,
    encode(text) {
      const length = given.contextLength;
      const words = tokenizer.encode(canonical ? canonicalText(text) : text.toLowerCase(), length);
      const ids = new Int32Array(length).fill(tokenizer.padId);
      ids.set(words, padding === 'left' ? length - words.length : 0);
      return ids;
    },
  };
}
