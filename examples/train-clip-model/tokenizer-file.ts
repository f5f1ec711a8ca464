import { clipModelTokenizerJson } from '@tgm/models';
import { byteAlphabet, END_OF_WORD, learnMerges } from './bpe.js';

const START = '<|startoftext|>';
const END = '<|endoftext|>';

export interface TokenizerFiles {
  /** Content of `tokenizer.json` in the layout of published CLIP checkpoints. */
  readonly tokenizer: object;
  /** Content of `tokenizer_config.json`. */
  readonly config: object;
  readonly vocabularySize: number;
  readonly startToken: number;
  /** The largest token number, so that CLIP's two rules for finding the end of a text agree. */
  readonly endToken: number;
}

/** A byte-level BPE tokenizer in CLIP's format whose merges are learned from the given captions. */
export function makeTokenizer(captions: Iterable<string>, contextLength: number): TokenizerFiles {
  const counts = new Map<string, number>();
  for (const caption of captions) {
    for (const word of caption.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const merges = learnMerges(counts);
  const alphabet = byteAlphabet();
  const pieces = [
    ...alphabet,
    ...alphabet.map((character) => character + END_OF_WORD),
    ...merges.map((merge) => merge.join('')),
    START,
    END,
  ];
  const vocabulary = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const files = clipModelTokenizerJson(
    vocabulary,
    merges.map((merge) => merge.join(' ')),
  );
  return {
    tokenizer: files.json,
    config: { ...files.config, model_max_length: contextLength },
    vocabularySize: pieces.length,
    startToken: pieces.length - 2,
    endToken: pieces.length - 1,
  };
}
