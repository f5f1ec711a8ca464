import { type ClipTokenizer, clipTokenizer } from '../clip/tokenizer.js';

const START = '<|startoftext|>';
const END = '<|endoftext|>';

/** A tokenizer_config.json as CLIP's checkpoints have it. */
export const tokenizerConfig = {
  tokenizer_class: 'CLIPTokenizer',
  bos_token: { __type: 'AddedToken', content: START, special: false },
  eos_token: END,
  unk_token: END,
  pad_token: END,
  model_max_length: 77,
};

/** A tokenizer.json in the form of CLIP's checkpoints, around a vocabulary and merges ("a b"). */
export function tokenizerJson(vocab: Record<string, number>, merges: readonly string[]) {
  const special = (content: string) => ({
    id: vocab[content],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: content === START,
    special: true,
  });
  const words = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
  return {
    version: '1.0',
    added_tokens: [special(START), special(END)],
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
        { type: 'Split', pattern: { Regex: words }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, vocab[END]],
      cls: [START, vocab[START]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab,
      merges,
    },
  };
}

/** A tokenizer of the letters a to d with two merges. */
export function lettersTokenizer(contextLength: number): ClipTokenizer {
  const tokens = [...'abcd'].flatMap((letter) => [letter, `${letter}</w>`]);
  const all = [...tokens, 'ab', 'abc</w>', START, END];
  const vocab = Object.fromEntries(all.map((token, id) => [token, id]));
  return clipTokenizer(tokenizerJson(vocab, ['a b', 'ab c</w>']), tokenizerConfig, contextLength);
}
