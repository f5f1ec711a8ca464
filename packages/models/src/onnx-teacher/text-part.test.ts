import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOnnx } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTokenizer } from '../checkpoint/text-tokenizer.js';
import { tinyOnnx } from '../testing/tiny-onnx.js';
import { tinyBertTokenizer } from '../testing/tiny-text-tokenizers.js';
import { textPart } from './text-part.js';

let folder: string;
const { vocabulary, json, config } = tinyBertTokenizer(['red', 'ball'], 64);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-part-'));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(json));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
});
afterAll(() => rm(folder, { recursive: true }));

const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];

/** A file whose vector of a text is the sums of its inputs, in their order. */
async function summing(type: 'int32' | 'int64', shape: readonly (number | string)[]) {
  const path = join(folder, `${type} ${shape.join(' ')}.onnx`);
  const sums = INPUTS.map((name) => `sum of ${name}`);
  const onnx = tinyOnnx(
    INPUTS.map((name) => ({ name, type, shape })),
    [{ name: 'text_embeds', type: 'float32', shape: [shape[0]!, INPUTS.length] }],
    [{ name: 'tokens', shape: [1], data: BigInt64Array.of(1n) }],
    [
      ...INPUTS.flatMap((name, at) => [
        { operator: 'Cast', inputs: [name], output: `${name} as floats`, attributes: { to: 1 } },
        { operator: 'ReduceSum', inputs: [`${name} as floats`, 'tokens'], output: sums[at]! },
      ]),
      { operator: 'Concat', inputs: sums, output: 'text_embeds', attributes: { axis: 1 } },
    ],
  );
  await writeFile(path, onnx);
  const file = await openOnnx(path);
  const tokenizer = await readTokenizer(folder);
  const made = (textLength?: number) => textPart({ path, file, tokenizer, output: undefined, textLength });
  return { made, file };
}

const idOf = (token: string) => vocabulary[token]!;
const sumOf = (...tokens: string[]) => tokens.reduce((sum, token) => sum + idOf(token), 0);

it.each([
  ['int64', ['texts', 'tokens'], 5],
  ['int32', ['texts', 'tokens'], 5],
  ['int32', [3, 7], 7],
] as const)('fills inputs of %s %j', async (type, shape, columns) => {
  const { made, file } = await summing(type, shape);
  const { values, width } = await made().embed(['red', 'red ball red']);
  expect(width).toBe(4);
  const places = (columns * (columns - 1)) / 2;
  expect([...values]).toEqual([
    ...[sumOf('[CLS]', 'red', '[SEP]'), 3, 0, places], // filled with [PAD], which is 0
    ...[sumOf('[CLS]', 'red', 'ball', 'red', '[SEP]'), 5, 0, places],
  ]);
  await file.close();
});

it('cuts the end of a text, and not the token behind it', async () => {
  const { made, file } = await summing('int64', ['texts', 'tokens']);
  const { values } = await made(4).embed(['red ball red ball']);
  expect([...values.subarray(0, 2)]).toEqual([sumOf('[CLS]', 'red', 'ball', '[SEP]'), 4]);
  await file.close();
});

it.each([1, 2])('refuses %i tokens, which leave none to the words', async (length) => {
  const { made, file } = await summing('int64', ['texts', 'tokens']);
  expect(() => made(length)).toThrow(
    "option textLength: expected at least 3: a token of words beside 2 of the tokenizer's own",
  );
  expect((await made(3).embed(['red ball'])).values[0]).toBe(sumOf('[CLS]', 'red', '[SEP]'));
  await file.close();
});

it('refuses more tokens than the file takes', async () => {
  const { made, file } = await summing('int64', [1, 7]);
  expect(made(7).length).toBe(7);
  expect(() => made(8)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', where: 'onnxPatchTextEncoder, option textLength' }),
  );
  await file.close();
});
