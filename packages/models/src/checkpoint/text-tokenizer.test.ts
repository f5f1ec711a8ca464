import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tinyBertTokenizer } from '../testing/tiny-text-tokenizers.js';
import { readTokenizer } from './text-tokenizer.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-tokenizer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const { vocabulary, json, config } = tinyBertTokenizer(['red', 'ball'], 64);

/** The tokenizer of a folder with other settings. */
async function reading(name: string, change: object) {
  const own = join(folder, name);
  await mkdir(own);
  await writeFile(join(own, 'tokenizer.json'), JSON.stringify(json));
  await writeFile(join(own, 'tokenizer_config.json'), JSON.stringify({ ...config, ...change }));
  return readTokenizer(own);
}

it('fills up with the pad_token, or with 0 where there is none', async () => {
  expect((await reading('text', { pad_token: 'ball' })).padId).toBe(vocabulary.ball);
  expect((await reading('object', { pad_token: { content: 'red' } })).padId).toBe(vocabulary.red);
  expect((await reading('none', { pad_token: null })).padId).toBe(0);
});

it('refuses a pad_token that is no token, and fills up with no other', async () => {
  await expect(reading('unknown', { pad_token: '[FILL]' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    where: join(folder, 'unknown', 'tokenizer.json'),
  });
});

it('cuts a text to the most tokens, of which the last is the special one', async () => {
  const { encode } = await reading('cut', {});
  const [first, red, ball, last] = ['[CLS]', 'red', 'ball', '[SEP]'].map((token) => vocabulary[token]!);
  expect(encode('red ball', 4)).toEqual([first, red, ball, last]);
  expect(encode('red ball', 3)).toEqual([first, red, last]);
  expect(encode('red ball', 1)).toEqual([last]);
});
