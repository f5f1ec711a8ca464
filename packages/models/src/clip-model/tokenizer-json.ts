import { listOf, optionTable, passing, showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import { isRecord } from '../option-fields.js';

const START = '<|startoftext|>';
const END = '<|endoftext|>';

type Vocabulary = Readonly<Record<string, number>>;

const table = optionTable(
  'clipModelTokenizerJson',
  {
    vocab: passing(
      'ids, whole numbers from 0, by token',
      (value): value is Vocabulary =>
        isRecord(value) &&
        Object.values(value).every((id) => Number.isSafeInteger(id) && (id as number) >= 0),
    ),
    merges: listOf(
      passing(
        'two tokens with a space between',
        (value): value is string => typeof value === 'string' && /^[^ ]+ [^ ]+$/.test(value),
      ),
    ),
  },
  ModelError,
);

/**
 * The tokenizer.json and tokenizer_config.json of CLIP's checkpoints around a vocabulary and merges, for folders that have
 * vocab.json and merges.txt only.
 *
 * @param vocab ids of the tokens; a token at the end of a word ends in `</w>`.
 * @param merges pairs such as "a b", the first to merge first.
 * @throws ModelError with `OPTION_INVALID`, also when the vocabulary lacks the start or the end token, or what a merge reads
 *   or makes.
 */
export function clipModelTokenizerJson(
  vocab: Vocabulary,
  merges: readonly string[],
): { json: object; config: object } {
  table.check({ vocab, merges });
  const lacking = [START, END].filter((token) => !Object.hasOwn(vocab, token));
  if (lacking.length > 0) {
    throw new ModelError('OPTION_INVALID', {
      where: 'clipModelTokenizerJson, option vocab',
      expected: `an id of ${lacking.join(' and of ')}`,
      received: 'none',
    });
  }
  const stray = merges.find((merge) => {
    const [first, second] = merge.split(' ') as [string, string];
    return ![first, second, first + second].every((token) => Object.hasOwn(vocab, token));
  });
  if (stray !== undefined) {
    throw new ModelError('OPTION_INVALID', {
      where: 'clipModelTokenizerJson, option merges',
      expected: 'pairs of tokens that the vocabulary has, and has joined',
      received: showValue(stray),
    });
  }
  return { json: tokenizerJson(vocab, merges), config: tokenizerConfig };
}

const tokenizerConfig = {
  tokenizer_class: 'CLIPTokenizer',
  bos_token: { __type: 'AddedToken', content: START, special: false },
  eos_token: END,
  unk_token: END,
  pad_token: END,
  model_max_length: 77,
};

function tokenizerJson(vocab: Vocabulary, merges: readonly string[]) {
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
    truncation: null,
    padding: null,
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
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab,
      merges,
    },
  };
}
