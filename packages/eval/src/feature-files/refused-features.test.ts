import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClipRepresentation } from './clip-representation.js';
import type { SampledExamples } from './feature-examples.js';
import { examplesOf, noise } from './feature-files.test-support.js';
import { counting, featureFolders, numbered, sampled } from './feature-folders.test-support.js';
import { readFeatures, readTokenFeatures } from './read-features.js';

const { folder: current, write } = featureFolders();
let folder: string;
beforeEach(() => {
  folder = current();
});

describe('refuses', () => {
  const one = (change: Partial<ClipRepresentation>, width = 2, tokens?: number) => ({
    representations: { own: counting(width, tokens, change) },
    examples: numbered(1, 2),
  });
  const labelled = (...labels: unknown[]) => ({
    representations: { own: counting(1) },
    examples: labels.map((label, at) => ({
      id: `${at}`,
      frames: Uint8Array.of(at),
      ...(label !== undefined && { label }),
    })),
  });
  /** Samples with examples of these numbers. */
  const regrouped = (numbersOf: (at: number) => readonly number[]): SampledExamples => ({
    ...sampled(3).examples,
    async *read(from, to) {
      for (let at = from; at < to; at++)
        yield { id: `clip ${at}`, examples: numbersOf(at).map((number) => examplesOf(10)[number]!) };
    },
  });
  it.each<[string, string, object]>([
    ['no representation', 'OPTION_INVALID', { representations: {} }],
    ['what is no representation', 'OPTION_INVALID', { representations: { own: { width: 2 } } }],
    ['a representation that is not described', 'OPTION_INVALID', one({ describe: () => ({}) as never })],
    ['a width of 0', 'OPTION_INVALID', one({ width: 0 })],
    ['tokens of 1.5', 'OPTION_INVALID', one({ tokens: 1.5 })],
    [
      'tokens beside one vector',
      'OPTION_INVALID',
      { representations: { a: counting(2), b: counting(2, 4) } },
    ],
    ['features of another width', 'SHAPE_MISMATCH', one({ features: () => new Float32Array(3) })],
    ['features that are a list', 'SHAPE_MISMATCH', one({ features: () => [1, 2] as never })],
    [
      'features that are no numbers',
      'NON_FINITE_FEATURE',
      one({ features: () => Float32Array.of(1, Number.NaN) }),
    ],
    [
      'several views of tokens',
      'OPTION_INVALID',
      {
        representations: { own: counting(2, 2) },
        examples: examplesOf(2, 2),
      },
    ],
    ['the same id twice', 'OPTION_INVALID', { examples: [...examplesOf(5), ...examplesOf(1)] }],
    ['an example without an id', 'OPTION_INVALID', { examples: [{ frames: noise(0) }] }],
    ['an example without frames', 'OPTION_INVALID', { examples: [{ id: 'a' }] }],
    ['what is no example', 'OPTION_INVALID', { examples: [null] }],
    ['what is no list', 'OPTION_INVALID', { examples: 'clips' }],
    ['no example', 'TOO_FEW_EXAMPLES', { examples: [] }],
    ['a stream without an example', 'TOO_FEW_EXAMPLES', { examples: new Set() }],
    ['a negative class', 'LABEL_OUT_OF_RANGE', labelled(-1)],
    ['half a class', 'LABEL_OUT_OF_RANGE', labelled({ verb: 0.5 })],
    ['a class after none', 'LABELS_MISMATCH', labelled(undefined, 1)],
    ['other kinds of labels', 'LABELS_MISMATCH', labelled({ verb: 1 }, { noun: 1 })],
    ['a rank that is not there', 'OPTION_INVALID', { rank: 2, ranks: 2 }],
    ['shards beyond 1 GiB', 'OPTION_INVALID', { shardSize: 2 ** 30 }],
    ['samples that are no number', 'OPTION_INVALID', { examples: { ...sampled(1).examples, samples: 0.5 } }],
    ['a sample with an example of another', 'OPTION_INVALID', { examples: regrouped((at) => [at + 1]) }],
    ['a sample of two examples', 'OPTION_INVALID', { examples: regrouped((at) => [at, at + 5]) }],
    [
      'samples that are not described',
      'OPTION_INVALID',
      { examples: { ...sampled(1).examples, describe: () => 'x' } },
    ],
  ])('%s', async (_, code, change) => {
    await expect(write({ shardSize: 2, ...change })).rejects.toMatchObject({ code });
  });

  it('a clip of another size, and says of which examples', async () => {
    const examples = [...examplesOf(2), { id: 'odd', frames: new Uint8Array(5), label: 0 }];
    await expect(write({ examples })).rejects.toMatchObject({
      code: 'REPRESENTATION_FAILED',
      where: 'writeFeatures, representation encoder, examples "clip 0" to "odd"',
      cause: { code: 'SHAPE_MISMATCH' },
    });
  });

  it('a folder that cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(write({ folder: join(folder, 'file', 'in') })).rejects.toMatchObject({
      code: 'FILE_FAILED',
    });
    await expect(readFeatures(join(folder, 'none'))).rejects.toMatchObject({ code: 'FEATURES_MISSING' });
  });

  it('numbers that cannot be written, and leaves no record of them', async () => {
    await mkdir(join(folder, 'shard-00001.safetensors'));
    await expect(write()).rejects.toMatchObject({
      code: 'FILE_FAILED',
      where: join(folder, 'shard-00001.safetensors'),
    });
    expect((await readdir(folder)).sort()).toEqual([
      'index.json',
      'shard-00000.json',
      'shard-00000.safetensors',
      'shard-00001.safetensors',
    ]);
    await rm(join(folder, 'shard-00001.safetensors'), { recursive: true });
    expect(await write()).toMatchObject({ shards: 3, count: 10 });
  });

  it('parts that there are not', async () => {
    await write();
    for (const parts of [['none'], [], 'encoder'])
      await expect(readFeatures(folder, { parts } as never)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      });
    await expect(readTokenFeatures(folder)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  });
});
