import { byteAlphabet, END_OF_WORD, learnMerges } from './bpe.js';

const START = '<|startoftext|>';
const END = '<|endoftext|>';
/** How CLIP cuts text into words. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

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
  const startToken = pieces.length - 2;
  const endToken = pieces.length - 1;
  const special = (id: number, content: string) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [special(startToken, START), special(endToken, END)],
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'NFC' },
          { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
          { type: 'Lowercase' },
        ],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
        ],
      },
      post_processor: {
        type: 'RobertaProcessing',
        sep: [END, endToken],
        cls: [START, startToken],
        trim_offsets: false,
        add_prefix_space: false,
      },
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: END,
        continuing_subword_prefix: '',
        end_of_word_suffix: END_OF_WORD,
        fuse_unk: false,
        byte_fallback: false,
        vocab: vocabulary,
        merges: merges.map((merge) => merge.join(' ')),
      },
    },
    config: {
      tokenizer_class: 'CLIPTokenizer',
      model_max_length: contextLength,
      do_lower_case: true,
      bos_token: START,
      eos_token: END,
      unk_token: END,
      pad_token: END,
    },
    vocabularySize: pieces.length,
    startToken,
    endToken,
  };
}
