import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { lockFile } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { encoderRepresentation } from './encoder-representation.js';
import { examplesOf, filesOf, model, PIXELS } from './feature-files.test-support.js';
import { encoder, engine, featureFolders, pixels, sampled } from './feature-folders.test-support.js';
import { pixelRepresentation } from './pixel-representation.js';
import type { WriteFeaturesOptions } from './write-features.js';

const { folder: current, write } = featureFolders();
let folder: string;
beforeEach(() => {
  folder = current();
});
const others = model.init(seededRandom('others'));
afterAll(() => tf.dispose(others));

describe('refuses to go on', () => {
  const small = { ...PIXELS, cells: 1 };
  it.each<[string, string, Partial<WriteFeaturesOptions>]>([
    [
      'with other weights',
      'parts.0.representation.params',
      {
        representations: {
          encoder: encoderRepresentation({ engine, model, params: others, batchSize: 3 }),
          pixels,
        },
      },
    ],
    [
      'with another representation',
      'parts.1.representation.cells: 2, now 1',
      {
        representations: { encoder, pixels: pixelRepresentation(small) },
      },
    ],
    ['with one less', 'parts.1', { representations: { encoder } }],
    ['in another order', 'parts.0.name: "encoder", now "pixels"', { representations: { pixels, encoder } }],
    ['with other shards', 'shardSize: 4, now 5', { shardSize: 5 }],
    ['as another format', 'format: "safetensors", now "npy"', { format: 'npy' }],
    ['with more examples', 'samples: 10, now 11', { examples: sampled(11).examples }],
    [
      'with other data',
      'examples.name: "clips", now "others"',
      { examples: sampled(10, [], 'others').examples },
    ],
  ])('%s', async (_, received, change) => {
    const { examples } = sampled(10);
    await write({ examples });
    const files = await filesOf(folder);
    await expect(write({ examples, ...change })).rejects.toMatchObject({
      code: 'FEATURES_DIFFER',
      where: folder,
      received: expect.stringContaining(received),
    });
    expect(await filesOf(folder)).toEqual(files);
  });

  it('with a list of other examples, or of other labels', async () => {
    const examples = examplesOf(10);
    await write({ examples });
    for (const change of [{ id: 'another' }, { label: 1 }] as { id?: string; label?: number }[]) {
      const changed = examples.map((example, at) => (at === 8 ? { ...example, ...change } : example));
      await expect(write({ examples: changed })).rejects.toMatchObject({
        code: 'FEATURES_DIFFER',
        where: join(folder, 'shard-00002.json'),
        expected: 'example "clip 8" with label 0, as the run before had',
        received: `example "${change.id ?? 'clip 8'}" with label ${change.label ?? 0}`,
      });
    }
  });

  it('with more or fewer of a stream, and says how many there were', async () => {
    const stream = (count: number) => ({ examples: new Set(examplesOf(count)) });
    await write(stream(10));
    for (const [count, expected, received] of [
      [11, '2 examples, as', 'one more, "clip 10"'],
      [9, '2 examples, as', '1'],
      [8, 'more examples behind it, as', 'none'],
    ] as const)
      await expect(write(stream(count)), `${count}`).rejects.toMatchObject({
        code: 'FEATURES_DIFFER',
        expected: expect.stringContaining(expected),
        received,
      });
  });

  it('while another process writes the same shards', async () => {
    const free = await lockFile(join(folder, 'rank-0-of-1'), () => new Error('held'));
    await expect(write()).rejects.toMatchObject({
      code: 'FEATURES_LOCKED',
      received: expect.stringContaining(`process ${process.pid} `),
    });
    await free();
    await write();
    expect(Object.keys(await filesOf(folder))).toHaveLength(1 + 2 * 3);
  });

  it('over what cannot be taken away, and leaves no lock', async () => {
    const begun = join(folder, 'shard-00000.npy.1.0.partial');
    await mkdir(begun);
    await expect(write()).rejects.toMatchObject({ code: 'FILE_FAILED', where: begun });
    await rm(begun, { recursive: true });
    expect(await write()).toMatchObject({ shards: 3 });
  });
});
