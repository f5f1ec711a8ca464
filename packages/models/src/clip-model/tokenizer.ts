import { Tokenizer } from '@huggingface/tokenizers';
import { optional, optionTable, showValue, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';
import { cleanText } from './clean-text.js';

/** A text as CLIP's text tower takes it. */
export interface ClipModelTokens {
  /** [contextLength] the start token, the text, the end token, then zeros. */
  readonly ids: Int32Array;
  /** The place at which the text tower reads the text: its first end token, or under old checkpoints its largest id. */
  readonly end: number;
}

export interface ClipModelTokenizer {
  /** L: places of a text. */
  readonly contextLength: number;
  readonly startId: number;
  readonly endId: number;
  /** As `ClipModelTextConfig.eosTokenId`: the end token's id, or 2 for the largest id of a text. */
  readonly eosTokenId: number;
  /** The content of tokenizer.json and of tokenizer_config.json, for a checkpoint. */
  readonly json: object;
  readonly config: object;
  /** A text too long for its places loses its end, never the end token. */
  encode(text: string): ClipModelTokens;
}

/** As Hugging Face's `CLIPTextModel` has it: old checkpoints say 2, whatever their end token. */
const LARGEST = 2;

const size = optionTable('clipModelTokenizer', { contextLength: wholeNumber({ from: 2 }) }, ModelError);
const table = optionTable(
  'clipModelTokenizer',
  { eosTokenId: optional(wholeNumber({ from: 0 })) },
  ModelError,
);

/**
 * CLIP's byte-level BPE, from a checkpoint's tokenizer.json and tokenizer_config.json.
 *
 * Token ids are those of openai/CLIP, which cleans a text first: `cleanText` says how. Hugging Face's fast tokenizer does
 * not; the two differ for curly quotes, HTML entities, ligatures and text decoded wrongly.
 * @param options.eosTokenId of the text tower; default the end token's id.
 * @throws ModelError with `OPTION_INVALID`, or `CONFIG_INVALID` when a file is no tokenizer's, or names a start or end token
 *   that there is not.
 */
export function clipModelTokenizer(
  json: object,
  config: object,
  contextLength: number,
  options: { readonly eosTokenId?: number } = {},
): ClipModelTokenizer {
  size.check({ contextLength });
  const checked = table.check(options);
  const tokenizer = makeTokenizer(json, config);
  const startId = specialId(tokenizer, config, 'bos_token');
  const endId = specialId(tokenizer, config, 'eos_token');
  const { eosTokenId = endId } = checked;
  if (eosTokenId !== LARGEST && eosTokenId !== endId) throw otherEnd(endId, eosTokenId);
  return {
    contextLength,
    startId,
    endId,
    eosTokenId,
    json,
    config,
    encode(text) {
      const cleaned = tokenizer.encode(cleanText(text), { add_special_tokens: false });
      const words = cleaned.ids.slice(0, contextLength - 2);
      const ids = new Int32Array(contextLength);
      const used = [startId, ...words, endId];
      ids.set(used);
      return { ids, end: used.indexOf(eosTokenId === LARGEST ? Math.max(...used) : endId) };
    },
  };
}

function makeTokenizer(json: object, config: object): Tokenizer {
  try {
    return new Tokenizer(json, config);
  } catch (cause) {
    throw new ModelError('CONFIG_INVALID', {
      where: 'tokenizer.json',
      expected: 'a tokenizer',
      received: String(cause),
      cause,
    });
  }
}

/** A token is named by its text, or by a record with its text in `content`. */
function specialId(tokenizer: Tokenizer, config: object, field: 'bos_token' | 'eos_token'): number {
  const named = (config as Readonly<Record<string, unknown>>)[field];
  const content = typeof named === 'object' && named !== null && 'content' in named ? named.content : named;
  const id = typeof content === 'string' ? tokenizer.token_to_id(content) : undefined;
  if (id === undefined) {
    throw new ModelError('CONFIG_INVALID', {
      where: `tokenizer_config.json, key ${field}`,
      expected: 'a token of the vocabulary',
      received: showValue(named),
    });
  }
  return id;
}

function otherEnd(endId: number, eosTokenId: number): ModelError {
  return new ModelError('OPTION_INVALID', {
    where: 'clipModelTokenizer, option eosTokenId',
    expected: `${endId}, the id of the tokenizer's end token, or ${LARGEST} for the largest id of a text`,
    received: String(eosTokenId),
  });
}
