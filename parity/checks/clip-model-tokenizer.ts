import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clipModelTokenizer, clipModelTokenizerJson } from '@tgm/models';
import { type Fixture, numbers, stored } from '../fixture.js';
import type { Quantity } from '../quantity.js';

/** OpenAI's vocabulary: 2 x 256 bytes, 2 special tokens, and one more for each merge. */
const WORDS = 49_408;
const MERGES = WORDS - 2 * 256 - 2;

/**
 * CLIP's token ids of every string.
 * @param vocabulary folder with OpenAI's clip-vocab.json and clip-merges.txt.
 */
export async function* checkClipModelTokenizer(
  fixture: Fixture,
  vocabulary: string,
): AsyncGenerator<Quantity> {
  const vocab = JSON.parse(await readFile(join(vocabulary, 'clip-vocab.json'), 'utf8'));
  const lines = (await readFile(join(vocabulary, 'clip-merges.txt'), 'utf8')).split('\n');
  const { json, config } = clipModelTokenizerJson(vocab, lines.slice(1, 1 + MERGES)); // after the version
  const [strings, length] = stored(fixture, 'tokens77').shape as [number, number];
  const rows = numbers(fixture, 'tokens77');
  const tokenizer = clipModelTokenizer(json, config, length);
  const differing: string[] = [];
  for (let row = 0; row < strings; row++) {
    const { text } = fixture.json.entries[row];
    const { ids } = tokenizer.encode(text);
    if (ids.some((id, place) => id !== rows[row * length + place])) differing.push(JSON.stringify(text));
  }
  yield {
    name: `tokens77, ${strings - differing.length} of ${strings} strings${differing.map((text) => ` ${text}`).join()}`,
    error: differing.length,
    tolerance: 'exact',
    ok: differing.length === 0,
  };
}
