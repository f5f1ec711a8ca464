import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';
import { readJson } from './json-file.js';

/** Any tokenizer of a folder, with the special tokens that it puts around a text. */
export interface TextTokenizer {
  /** What fills up the shorter texts of a batch; 0 where the folder names nothing. */
  readonly padId: number;
  /** The most tokens that the folder's files allow; undefined where they set no bound. */
  readonly modelLength: number | undefined;
  /** Tokens of a text without words. */
  readonly specials: number;
  /** A text of more than `most` tokens loses its end, never the special tokens behind it. */
  encode(text: string, most: number): number[];
}

/** Files without a bound say 1e30. */
const NO_BOUND = 1e6;

/**
 * @throws ModelError with `CHECKPOINT_NOT_FOUND`, `FILE_FAILED`, or `CONFIG_INVALID` when a file is no tokenizer's.
 */
export async function readTokenizer(folder: string): Promise<TextTokenizer> {
  const path = join(folder, 'tokenizer.json');
  const [json, config] = await Promise.all([readJson(path), readJson(join(folder, 'tokenizer_config.json'))]);
  const tokenizer = made(path, () => new Tokenizer(json, config));
  const { pad_token: pad, model_max_length: length } = config as Readonly<Record<string, unknown>>;
  const padText = typeof pad === 'object' && pad !== null && 'content' in pad ? pad.content : pad;
  return {
    padId: padIdOf(path, padText, (token) => tokenizer.token_to_id(token)),
    modelLength:
      Number.isSafeInteger(length) && (length as number) <= NO_BOUND ? (length as number) : undefined,
    specials: tokenizer.encode('').ids.length,
    encode(text, most) {
      const { ids } = tokenizer.encode(text);
      if (ids.length <= most) return [...ids];
      const words = tokenizer.encode(text, { add_special_tokens: false }).ids;
      const behind = Math.min(tokensBehind(ids, words), most);
      return [...ids.slice(0, most - behind), ...ids.slice(ids.length - behind)];
    },
  };
}

function padIdOf(path: string, token: unknown, idOf: (token: string) => number | undefined): number {
  if (token === undefined || token === null) return 0;
  const id = typeof token === 'string' ? idOf(token) : undefined;
  if (id !== undefined) return id;
  throw new ModelError('CONFIG_INVALID', {
    where: path,
    expected: `a token ${showValue(token)}, the pad_token of tokenizer_config.json`,
    received: 'none',
  });
}

/** How many special tokens stand behind the words of a text. */
function tokensBehind(ids: readonly number[], words: readonly number[]): number {
  const specials = ids.length - words.length;
  for (let before = 0; before <= specials; before++) {
    if (words.every((id, at) => ids[before + at] === id)) return specials - before;
  }
  return 0;
}

function made<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const expected = 'a tokenizer';
    throw new ModelError('CONFIG_INVALID', { where, expected, received: String(cause), cause });
  }
}
