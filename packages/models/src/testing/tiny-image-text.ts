import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oneOf, optional, optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';
import { type TinyNode, tinyOnnx } from './tiny-onnx.js';
import { tinyBertTokenizer } from './tiny-text-tokenizers.js';

export interface TinyImageTextOptions {
  /** S, a multiple of `patchSize`. */
  readonly imageSize: number;
  readonly patchSize: number;
  /** `maps`: as ALIGN's convolutions give patches. `tokens`: as transformers do, behind a class token, with attention. Default `tokens`. */
  readonly kind?: 'maps' | 'tokens';
}

const table = optionTable(
  'writeTinyImageText',
  {
    imageSize: wholeNumber({ from: 1 }),
    patchSize: wholeNumber({ from: 1 }),
    kind: optional(oneOf(['maps', 'tokens']), 'tokens'),
  } satisfies Record<keyof TinyImageTextOptions, unknown>,
  ModelError,
);

const COLOURS: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [1, 0, 0],
  green: [0, 1, 0],
  blue: [0, 0, 1],
  yellow: [1, 1, 0],
  cyan: [0, 1, 1],
  magenta: [1, 0, 1],
};
/** The three numbers of chroma, and one that all patches share, so that a grey patch is like no colour. */
const WIDTH = 4;
const SHARED = 0.5;
/** The same of a token, whose text is then no zero. */
const SHARED_OF_TOKEN = 0.0125;

/**
 * Writes `image.onnx`, `text.onnx` and the files beside them for `onnxPatchTextEncoder`: a teacher that knows six words. A patch is its
 * mean colour without its grey, a text is the sum of its colours without theirs; the mean over the patches is the class token, and
 * a patch has attention by the squares of its chroma, the output `strengths`.
 *
 * @throws ModelError with `OPTION_INVALID`
 */
export async function writeTinyImageText(folder: string, options: TinyImageTextOptions): Promise<void> {
  const { imageSize, patchSize, kind } = table.check(options);
  if (imageSize % patchSize !== 0) {
    throw new ModelError('OPTION_INVALID', {
      where: 'writeTinyImageText, option imageSize',
      expected: `a multiple of ${patchSize}, the patchSize`,
      received: `${imageSize}`,
    });
  }
  const { vocabulary, json, config } = tinyBertTokenizer(Object.keys(COLOURS), 64);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'image.onnx'), imageGraph(imageSize, patchSize, kind));
  await writeFile(join(folder, 'text.onnx'), textGraph(vocabulary));
  const files = {
    'tokenizer.json': json,
    'tokenizer_config.json': config,
    'preprocessor_config.json': {
      image_processor_type: 'ViTImageProcessor',
      size: { height: imageSize, width: imageSize },
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    },
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), JSON.stringify(content));
}

function imageGraph(imageSize: number, patchSize: number, kind: 'maps' | 'tokens'): Uint8Array {
  const side = imageSize / patchSize;
  const square = [patchSize, patchSize];
  const withoutGrey = [0, 1, 2].flatMap((to) => [0, 1, 2].map((from) => (to === from ? 1 : 0) - 1 / 3));
  const node = (
    operator: string,
    inputs: string[],
    output: string,
    attributes: TinyNode['attributes'] = {},
  ): TinyNode => ({ operator, inputs, output, attributes });
  const whole = (name: string, ...values: number[]) => ({
    name,
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  const patches = [
    node('AveragePool', ['pixel_values'], 'pooled', { kernel_shape: square, strides: square }),
    node('Conv', ['pooled', 'chroma', 'shared'], 'patch_maps', { kernel_shape: [1, 1] }),
  ];
  const constants = [
    {
      name: 'chroma',
      shape: [WIDTH, 3, 1, 1],
      data: Float32Array.from([...withoutGrey, 0, 0, 0]),
    },
    { name: 'shared', shape: [WIDTH], data: Float32Array.of(0, 0, 0, SHARED) },
  ];
  const pixels = {
    name: 'pixel_values',
    type: 'float32',
    shape: ['images', 3, imageSize, imageSize],
  } as const;
  if (kind === 'maps') {
    const maps = { name: 'patch_maps', type: 'float32', shape: ['images', WIDTH, side, side] } as const;
    return tinyOnnx([pixels], [maps], constants, patches);
  }
  return tinyOnnx(
    [pixels],
    [
      { name: 'patch_embeds', type: 'float32', shape: ['images', 1 + side ** 2, WIDTH] },
      ...['attention', 'strengths'].map(
        (name) => ({ name, type: 'float32', shape: ['images', side ** 2] }) as const,
      ),
    ],
    [...constants, whole('flat', 0, WIDTH, -1), whole('line', 0, -1), whole('axis', 1)],
    [
      ...patches,
      node('Reshape', ['patch_maps', 'flat'], 'columns'),
      node('Transpose', ['columns'], 'tokens', { perm: [0, 2, 1] }),
      node('ReduceMean', ['tokens'], 'class', { axes: [1], keepdims: 1 }),
      node('Concat', ['class', 'tokens'], 'patch_embeds', { axis: 1 }),
      node('Mul', ['patch_maps', 'patch_maps'], 'squares'),
      node('ReduceSum', ['squares', 'axis'], 'strength', { keepdims: 0 }),
      node('Reshape', ['strength', 'line'], 'strengths'),
      node('Softmax', ['strengths'], 'attention'),
    ],
  );
}

function textGraph(vocabulary: Readonly<Record<string, number>>): Uint8Array {
  const ids = (name: string) => ({ name, type: 'int64', shape: ['texts', 'tokens'] }) as const;
  const words = Object.keys(vocabulary).flatMap((word) => {
    const colour = COLOURS[word] ?? [0, 0, 0];
    const grey = (colour[0] + colour[1] + colour[2]) / 3;
    return [...colour.map((value) => value - grey), SHARED_OF_TOKEN];
  });
  return tinyOnnx(
    [ids('input_ids'), ids('attention_mask')],
    [{ name: 'text_embeds', type: 'float32', shape: ['texts', WIDTH] }],
    [
      { name: 'words', shape: [words.length / WIDTH, WIDTH], data: Float32Array.from(words) },
      { name: 'last', shape: [1], data: BigInt64Array.of(2n) },
      { name: 'middle', shape: [1], data: BigInt64Array.of(1n) },
    ],
    [
      { operator: 'Gather', inputs: ['words', 'input_ids'], output: 'each' },
      { operator: 'Cast', inputs: ['attention_mask'], output: 'shown', attributes: { to: 1 } },
      { operator: 'Unsqueeze', inputs: ['shown', 'last'], output: 'weight' },
      { operator: 'Mul', inputs: ['each', 'weight'], output: 'kept' },
      {
        operator: 'ReduceSum',
        inputs: ['kept', 'middle'],
        output: 'text_embeds',
        attributes: { keepdims: 0 },
      },
    ],
  );
}
