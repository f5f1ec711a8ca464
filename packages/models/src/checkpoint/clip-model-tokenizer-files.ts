import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClipModelTokenizer, clipModelTokenizer } from '../clip-model/tokenizer.js';
import { clipModelTokenizerJson } from '../clip-model/tokenizer-json.js';
import { ModelError } from '../errors.js';
import { orNotFound } from '../file-failed.js';
import { readJson, readJsonIfThere } from './json-file.js';

/** As openai/CLIP reads its file, which goes on behind them (clip/simple_tokenizer.py). */
const MERGES = 49152 - 256 - 2;

/**
 * The tokenizer of a folder: tokenizer.json with tokenizer_config.json, or vocab.json with merges.txt.
 *
 * @param eosTokenId as of `ClipModelTextConfig`.
 * @param otherEnd the error where it is neither 2 nor the id of the tokenizer's end token.
 * @throws ModelError with `CHECKPOINT_NOT_FOUND`, or `CONFIG_INVALID` for what is no tokenizer of CLIP's kind.
 */
export async function readClipModelTokenizer(
  folder: string,
  contextLength: number,
  eosTokenId: number | undefined,
  otherEnd?: (endId: number) => ModelError,
): Promise<ClipModelTokenizer> {
  const { json, config } = await tokenizerFiles(folder);
  const { endId } = clipModelTokenizer(json, config, contextLength);
  if (otherEnd && eosTokenId !== 2 && eosTokenId !== endId) throw otherEnd(endId);
  return clipModelTokenizer(json, config, contextLength, eosTokenId === undefined ? {} : { eosTokenId });
}

async function tokenizerFiles(folder: string): Promise<{ json: object; config: object }> {
  const path = join(folder, 'tokenizer.json');
  const json = await readJsonIfThere(path);
  if (json) return { json, config: await readJson(join(folder, 'tokenizer_config.json')) };
  const vocabulary = join(folder, 'vocab.json');
  const vocab = await readJsonIfThere(vocabulary);
  if (!vocab)
    throw new ModelError('CHECKPOINT_NOT_FOUND', {
      where: path,
      expected: 'a tokenizer: tokenizer.json and tokenizer_config.json, or vocab.json and merges.txt',
      received: 'none',
      advice:
        'Where a CLIP comes without one it has the vocabulary of OpenAI: copy the two files of openai/clip-vit-base-patch32.',
    });
  const merges = await orNotFound(join(folder, 'merges.txt'), readFile(join(folder, 'merges.txt'), 'utf8'));
  const lines = merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  try {
    return clipModelTokenizerJson(vocab as Record<string, number>, lines.slice(0, MERGES));
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { expected, received } = error;
    throw new ModelError('CONFIG_INVALID', { where: vocabulary, expected, received });
  }
}
