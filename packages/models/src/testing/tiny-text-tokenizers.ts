/** The files of a tokenizer, and the ids of its tokens. */
export interface TinyTokenizer {
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly json: object;
  readonly config: object;
}

const CHARACTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789.,-'];

/** WordPiece in lower case between [CLS] and [SEP], as BERT reads. */
export function tinyBertTokenizer(words: readonly string[], places: number): TinyTokenizer {
  const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const spelt = CHARACTERS.flatMap((character) => [character, `##${character}`]);
  const vocabulary = numbered([...special, ...spelt, ...words]);
  const piece = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  return {
    vocabulary,
    json: {
      version: '1.0',
      added_tokens: special.map((token) => addedToken(token, vocabulary)),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [piece('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, piece('[SEP]')],
        pair: [],
        special_tokens: Object.fromEntries(
          ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [vocabulary[id]], tokens: [id] }]),
        ),
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: vocabulary,
      },
    },
    config: {
      tokenizer_class: 'BertTokenizer',
      do_lower_case: true,
      model_max_length: places,
      ...{
        cls_token: '[CLS]',
        sep_token: '[SEP]',
        pad_token: '[PAD]',
        unk_token: '[UNK]',
        mask_token: '[MASK]',
      },
    },
  };
}

/** What a space is in byte-level BPE. */
const SPACE = 'Ġ';
/** The bytes that ASCII prints, each as its own letter. */
const PRINTED = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));

/** Byte-level BPE between <s> and </s>, as RoBERTa reads. */
export function tinyRobertaTokenizer(words: readonly string[], places: number): TinyTokenizer {
  const special = ['<s>', '<pad>', '</s>', '<unk>', '<mask>'];
  // A space joins a whole word, after its letters.
  const merges = [...words.flatMap(mergesOf), ...words.map((word) => `${SPACE} ${word}`)];
  const vocabulary = numbered([
    ...special,
    ...PRINTED,
    SPACE,
    ...merges.map((pair) => pair.replace(' ', '')),
  ]);
  return {
    vocabulary,
    json: {
      version: '1.0',
      added_tokens: special.map((token) => addedToken(token, vocabulary)),
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
      post_processor: {
        type: 'RobertaProcessing',
        sep: ['</s>', vocabulary['</s>']],
        cls: ['<s>', vocabulary['<s>']],
        trim_offsets: true,
        add_prefix_space: false,
      },
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
      model: {
        type: 'BPE',
        unk_token: '<unk>',
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        vocab: vocabulary,
        merges: [...new Set(merges)],
      },
    },
    config: {
      tokenizer_class: 'RobertaTokenizer',
      model_max_length: places,
      ...{ bos_token: '<s>', cls_token: '<s>', eos_token: '</s>', sep_token: '</s>' },
      ...{ pad_token: '<pad>', unk_token: '<unk>', mask_token: '<mask>' },
    },
  };
}

/** Joins a word from its first letter on: "cat" by "c a" and "ca t". */
function mergesOf(word: string): string[] {
  return Array.from({ length: word.length - 1 }, (_, at) => `${word.slice(0, at + 1)} ${word[at + 1]}`);
}

const numbered = (tokens: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));

const addedToken = (content: string, vocabulary: Readonly<Record<string, number>>) => ({
  id: vocabulary[content],
  content,
  ...{ single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
});
