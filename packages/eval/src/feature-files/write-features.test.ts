import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { attentiveProbe } from '../attentive/attentive-probe.js';
import { extractFeatures } from '../extract-features.js';
import { linearProbe } from '../linear-probe.js';
import { pixelBaseline } from '../pixel-baseline.js';
import { extractTokens } from '../token-features.js';
import { encoderRepresentation } from './encoder-representation.js';
import type { SampledExamples } from './feature-examples.js';
import { examplesOf, filesOf, model, PIXELS } from './feature-files.test-support.js';
import {
  counting,
  engine,
  featureFolders,
  numbered,
  params,
  pixels,
  sampled,
} from './feature-folders.test-support.js';
import { readFeatures, readTokenFeatures } from './read-features.js';
import type { FeatureProgress } from './write-shards.js';

const { folder: current, write } = featureFolders();
let folder: string;
beforeEach(() => {
  folder = current();
});
describe.each(['safetensors', 'npy'] as const)('features as %s', (format) => {
  it('are those of each representation, side by side, with ids and labels', async () => {
    const before = tf.memory().numTensors;
    const written = await write({ format });
    expect(tf.memory().numTensors).toBe(before);
    expect(written).toEqual({ shards: 3, count: 10, leftOut: [] });

    const clips = examplesOf(10).map(({ frames }) => frames);
    const expected = [
      await extractFeatures({ engine, model, params, clips, batchSize: 4 }),
      pixelBaseline(clips, PIXELS),
    ];
    const found = await readFeatures(folder);
    expect([found.count, found.width, found.ids]).toEqual([10, 36, clips.map((_, at) => `clip ${at}`)]);
    expect(found.labels).toEqual(Int32Array.from(clips, (_, at) => at % 2));
    expect(found.parts).toEqual([
      { name: 'encoder', start: 0, width: 12 },
      { name: 'pixels', start: 12, width: 24 },
    ]);
    for (const [row, at] of clips.map((_, clip) => [clip, clip * 36] as const)) {
      expect(found.values.subarray(at, at + 12)).toEqual(
        expected[0]!.values.subarray(row * 12, (row + 1) * 12),
      );
      expect(found.values.subarray(at + 12, at + 36)).toEqual(
        expected[1]!.values.subarray(row * 24, (row + 1) * 24),
      );
    }
    for (const [at, name] of ['encoder', 'pixels'].entries()) {
      const alone = await readFeatures(folder, { parts: [name] });
      expect([alone.values, alone.parts]).toEqual([
        expected[at]!.values,
        [{ name, start: 0, width: expected[at]!.width }],
      ]);
    }
    const turned = await readFeatures(folder, { parts: ['pixels', 'encoder'] });
    expect(turned.values.subarray(0, 24)).toEqual(expected[1]!.values.subarray(0, 24));
    expect(turned.values.subarray(24, 36)).toEqual(expected[0]!.values.subarray(0, 12));
  });

  it('of tokens are [examples, tokens, width], side by side at each token', async () => {
    const tokens = encoderRepresentation({ engine, model, params, batchSize: 3, tokens: true });
    await write({ format, representations: { tokens, counting: counting(2, 8) } });
    const clips = examplesOf(10).map(({ frames }) => frames);
    const expected = await extractTokens({ engine, model, params, clips, batchSize: 4 });
    const { labels, ids, ...found } = await readTokenFeatures(folder, { parts: ['tokens'] });
    expect([found.count, found.tokens, found.width]).toEqual([10, 8, 12]);
    expect(found.values).toEqual(expected.values);
    const both = await readTokenFeatures(folder);
    expect(both.width).toBe(14);
    const second = 1000 * clips[1]![0]!;
    expect(both.values.subarray((8 + 3) * 14 + 12, (8 + 4) * 14)).toEqual(
      Float32Array.of(second + 6, second + 7),
    );
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH', where: folder });
  });

  it('go on, shard by shard, where a signal ended the run, and read nothing again', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const { examples, readSamples } = sampled(10, [2]);
    const told: FeatureProgress[] = [];
    const onProgress = (progress: FeatureProgress) => {
      told.push(progress);
      if (progress.done === 6) stop.abort(reason);
    };
    const stopped = write({ format, examples, onProgress, signal: stop.signal });
    await expect(stopped).rejects.toBe(reason);
    expect((await readdir(folder)).sort()).toEqual(
      ['index.json', 'shard-00000.json', `shard-00000.${format}`].sort(),
    );
    await expect(readFeatures(folder)).rejects.toMatchObject({
      code: 'FEATURES_MISSING',
      where: join(folder, 'shard-00001.json'),
    });
    readSamples.length = 0;
    told.length = 0;
    const written = await write({ format, examples, onProgress });
    expect(readSamples).toEqual([4, 5, 6, 7, 8, 9]);
    expect(told.map(({ done, total, fresh }) => [done, total, fresh])).toEqual([
      [4, 10, 0],
      ...Array.from({ length: 6 }, (_, at) => [5 + at, 10, 1 + at]),
    ]);
    const leftOut = [{ id: 'clip 2', code: 'TORN', message: 'torn 2' }];
    expect(written).toEqual({ shards: 3, count: 9, leftOut });
    expect(await readFeatures(folder)).toMatchObject({ count: 9, leftOut });

    const files = await filesOf(folder);
    const whole = join(folder, 'whole');
    await write({ format, folder: whole, examples });
    expect(files).toEqual(await filesOf(whole));
  });
});

it('gives probes what they take', async () => {
  await write({ examples: examplesOf(40), representations: { pixels }, shardSize: 16 });
  const features = await readFeatures(folder);
  const sets = { train: features, trainLabels: features.labels, test: features, testLabels: features.labels };
  expect((await linearProbe({ engine, ...sets, classes: 2, seed: 0 })).top1).toBe(100);
  const whole = join(folder, 'tokens');
  await write({ folder: whole, examples: examplesOf(16), representations: { counting: counting(3, 2) } });
  const tokens = await readTokenFeatures(whole);
  const head = {
    blocks: 1,
    attentionHeads: 1,
    rates: [1e-3],
    weightDecays: [0],
    epochs: 1,
    seed: 0,
    classes: 2,
  };
  const labels = { trainLabels: tokens.labels, testLabels: tokens.labels };
  const probed = await attentiveProbe({ engine, train: tokens, test: tokens, ...labels, ...head });
  expect(probed.scores).toHaveLength(16 * 2);
});

it('gives a video of several views the mean of what they give, whatever their number', async () => {
  const examples = examplesOf(5, 3).map((example, at) => (at === 2 ? { ...example, others: [] } : example));
  await write({ examples, shardSize: 2 });
  const { values } = await readFeatures(folder, { parts: ['encoder'] });
  for (const [at, { frames, others = [] }] of examples.entries()) {
    const clips = [frames, ...others.map((other) => other.frames)];
    const each = await extractFeatures({ engine, model, params, clips, batchSize: 2 });
    for (let i = 0; i < 12; i++) {
      const mean = clips.reduce((sum, _, view) => sum + each.values[view * 12 + i]!, 0) / clips.length;
      expect(values[at * 12 + i]).toBeCloseTo(mean, 6);
    }
  }
});

it('keeps labels of several kinds, and the lack of them', async () => {
  const label = (at: number) => ({ verb: at, noun: 2 * at });
  const examples = numbered(0, 1, 2).map((example, at) => ({ ...example, label: label(at) }));
  await write({ examples, representations: { counting: counting(1) } });
  const found = await readFeatures(folder);
  expect(found.labelGroups).toEqual({ verb: Int32Array.of(0, 1, 2), noun: Int32Array.of(0, 2, 4) });
  expect(found.labels).toHaveLength(0);
  const plain = join(folder, 'plain');
  await write({ folder: plain, examples: numbered(5), representations: { counting: counting(1) } });
  expect(await readFeatures(plain)).toMatchObject({ labels: new Int32Array(0), labelGroups: {} });
});

it('takes examples as they come, and finds their end', async () => {
  for (const count of [7, 8]) {
    const into = join(folder, String(count));
    async function* stream() {
      yield* examplesOf(count);
    }
    expect(await write({ folder: into, examples: stream() })).toMatchObject({ shards: 2, count });
    expect((await readFeatures(into)).count).toBe(count);
    // Those that are done are passed over.
    expect(await write({ folder: into, examples: stream() })).toMatchObject({ shards: 2, count });
    expect(await write({ folder: into, examples: new Set(examplesOf(count)) })).toMatchObject({ count });
    await expect(write({ folder: into, examples: new Set(examplesOf(9)) })).rejects.toMatchObject({
      code: 'FEATURES_DIFFER',
    });
  }
});

it.each([
  ['a list', () => examplesOf(10)],
  ['a stream', () => new Set(examplesOf(10))],
])('parts the shards of %s among ranks, in files that do not tell of it', async (_, examples) => {
  const [whole, parted] = [join(folder, 'whole'), join(folder, 'parted')];
  const writeRank = (into: string, rank: number, ranks: number) =>
    write({ folder: into, examples: examples(), shardSize: 2, rank, ranks });
  await writeRank(whole, 0, 1);
  await writeRank(parted, 0, 3);
  await expect(readFeatures(parted)).rejects.toMatchObject({ code: 'FEATURES_MISSING' });
  const rest = await Promise.all([writeRank(parted, 1, 3), writeRank(parted, 2, 3)]);
  expect(rest.map(({ shards, count }) => [shards, count])).toEqual([
    [2, 4],
    [1, 2],
  ]);
  expect(await filesOf(parted)).toEqual(await filesOf(whole));
});

it('keeps of a sample without an example why it has none, in a shard of none too', async () => {
  for (const format of ['safetensors', 'npy'] as const) {
    const [into, { examples }] = [join(folder, format), sampled(6)];
    const torn: SampledExamples = {
      ...examples,
      async *read(from, to) {
        for await (const sample of examples.read(from, to)) {
          const leftOut = { source: `${sample.id}.mp4`, code: 'TORN', message: '', more: 1 };
          yield from < 4 ? { ...sample, examples: [], leftOut } : sample;
        }
      },
    };
    const written = await write({ folder: into, format, examples: torn });
    const { count, leftOut, ids, labels } = await readFeatures(into);
    expect([count, ids, [...labels]]).toEqual([2, ['clip 4', 'clip 5'], [0, 1]]);
    expect(leftOut[3]).toEqual({ id: 'clip 3', code: 'TORN', message: '', source: 'clip 3.mp4' });
    expect(written.leftOut).toEqual(leftOut);
    expect(await write({ folder: into, format, examples: torn })).toEqual(written);
  }
});

it('takes away what a killed process has begun, but for what belongs to other ranks', async () => {
  const begun = (shard: number) => `shard-0000${shard}.npy.${process.pid}.0.partial`;
  for (const shard of [0, 1]) await writeFile(join(folder, begun(shard)), 'begun');
  await write({ format: 'npy', shardSize: 5, rank: 1, ranks: 2 });
  expect(Object.keys(await filesOf(folder))).toEqual([
    'index.json',
    begun(0),
    'shard-00001.json',
    'shard-00001.npy',
  ]);
});

it('tells a rank how far its own shards are, also those that other ranks have made', async () => {
  await write({ shardSize: 2 });
  const told: FeatureProgress[] = [];
  await write({
    shardSize: 2,
    ranks: 2,
    rank: 1,
    onProgress: (progress) => told.push(progress),
  });
  expect(told.map(({ done, total, fresh }) => [done, total, fresh])).toEqual([
    [2, 4, 0],
    [4, 4, 0],
  ]);
});
