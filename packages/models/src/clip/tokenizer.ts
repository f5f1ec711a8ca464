import { Tokenizer } from '@huggingface/tokenizers';
import { ConfigError } from '../errors.js';
import { cleanText } from './clean-text.js';

/** A text as CLIP's text tower takes it. */
export interface ClipTokens {
  /** [contextLength] the start token, the text, the end token, then zeros. */
  readonly ids: Int32Array;
  /** The place of the end token. */
  readonly end: number;
}

export interface ClipTokenizer {
  /** L: places of a text. */
  readonly contextLength: number;
  readonly startId: number;
  readonly endId: number;
  /** The content of tokenizer.json and of tokenizer_config.json, for a checkpoint. */
  readonly json: object;
  readonly config: object;
  /** A text too long for its places loses its end, never the end token. */
  encode(text: string): ClipTokens;
}

/**
 * CLIP's byte-level BPE, from a checkpoint's tokenizer.json and tokenizer_config.json.
 *
 * Token ids are those of openai/CLIP, which cleans a text first: `cleanText` says how. Hugging Face's fast tokenizer does
 * not; the two differ for curly quotes, HTML entities, ligatures and text decoded wrongly.
 * @throws ConfigError when one of them is no tokenizer's, or names a start or end token that there is not.
 */
export function clipTokenizer(json: object, config: object, contextLength: number): ClipTokenizer {
  if (!Number.isSafeInteger(contextLength) || contextLength < 2) {
    throw new ConfigError('clipTokenizer', 'contextLength', 'an integer of at least 2', contextLength);
  }
  const tokenizer = makeTokenizer(json, config);
  const startId = specialId(tokenizer, config, 'bos_token');
  const endId = specialId(tokenizer, config, 'eos_token');
  return {
    contextLength,
    startId,
    endId,
    json,
    config,
    encode(text) {
      const cleaned = tokenizer.encode(cleanText(text), { add_special_tokens: false });
      const words = cleaned.ids.slice(0, contextLength - 2);
      const ids = new Int32Array(contextLength);
      ids.set([startId, ...words, endId]);
      return { ids, end: words.length + 1 };
    },
  };
}

function makeTokenizer(json: object, config: object): Tokenizer {
  try {
    return new Tokenizer(json, config);
  } catch (cause) {
    throw new ConfigError('clipTokenizer', 'tokenizer.json', 'a tokenizer', String(cause));
  }
}

/** A token is named by its text, or by a record with its text in `content`. */
function specialId(tokenizer: Tokenizer, config: object, field: 'bos_token' | 'eos_token'): number {
  const named = (config as Readonly<Record<string, unknown>>)[field];
  const content = typeof named === 'object' && named !== null && 'content' in named ? named.content : named;
  const id = typeof content === 'string' ? tokenizer.token_to_id(content) : undefined;
  if (id === undefined) {
    throw new ConfigError('clipTokenizer', `${field} of tokenizer_config.json`, 'in the vocabulary', named);
  }
  return id;
}
