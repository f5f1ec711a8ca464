import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { lockFile } from '@tgm/models';
import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { attentiveProbe } from '../attentive/attentive-probe.js';
import { extractFeatures } from '../extract-features.js';
import { linearProbe } from '../linear-probe.js';
import { pixelBaseline } from '../pixel-baseline.js';
import { extractTokens } from '../token-features.js';
import type { ClipRepresentation } from './clip-representation.js';
import { encoderRepresentation } from './encoder-representation.js';
import type { FeatureSample, SampledExamples } from './feature-examples.js';
import { examplesOf, filesOf, model, noise, PIXELS } from './feature-files.test-support.js';
import { pixelRepresentation } from './pixel-representation.js';
import { readFeatures, readTokenFeatures } from './read-features.js';
import { type WriteFeaturesOptions, writeFeatures } from './write-features.js';
import type { FeatureProgress } from './write-shards.js';

const engine = await cpuEngine();
const params = model.init(seededRandom('init'));
const others = model.init(seededRandom('others'));
const encoder = encoderRepresentation({ engine, model, params, batchSize: 3 });
const pixels = pixelRepresentation(PIXELS);
const representations = { encoder, pixels };

const folders: string[] = [];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-features-'));
  folders.push(folder);
});
afterAll(async () => {
  tf.dispose([params, others]);
  await Promise.all(folders.map((each) => rm(each, { recursive: true })));
});

const write = (change: Partial<WriteFeaturesOptions> = {}) =>
  writeFeatures({ folder, examples: examplesOf(10), representations, shardSize: 4, ...change });

/** Numbers that count up, a thousand a clip by its first byte. */
const counting = (
  width: number,
  tokens?: number,
  change: Partial<ClipRepresentation> = {},
): ClipRepresentation => ({
  width,
  ...(tokens && { tokens }),
  describe: () => ({ is: 'counting', width }),
  features: (clips) =>
    Float32Array.from(
      clips.flatMap((clip) => Array.from({ length: width * (tokens ?? 1) }, (_, i) => 1000 * clip[0]! + i)),
    ),
  ...change,
});
const numbered = (...firsts: number[]) =>
  firsts.map((first) => ({ id: `${first}`, frames: Uint8Array.of(first) }));

/** Examples of which some are read alone, and what was read of them. `torn` ones have no example. */
function sampled(count: number, torn: readonly number[] = [], name = 'clips') {
  const list = examplesOf(count);
  const readSamples: number[] = [];
  const examples: SampledExamples = {
    samples: count,
    describe: () => ({ is: 'sampled', name }),
    async *read(from, to): AsyncGenerator<FeatureSample> {
      for (let at = from; at < to; at++) {
        readSamples.push(at);
        const { id } = list[at]!;
        if (torn.includes(at)) yield { id, examples: [], leftOut: { code: 'TORN', message: `torn ${at}` } };
        else yield { id, examples: [list[at]!] };
      }
    },
  };
  return { examples, readSamples };
}

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

it('writes what NumPy reads', async () => {
  await write({ format: 'npy', examples: numbered(1, 2, 3), representations: { counting: counting(2, 2) } });
  const bytes = await readFile(join(folder, 'shard-00000.npy'));
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
  const length = bytes[8]! + 256 * bytes[9]!;
  expect((10 + length) % 64).toBe(0);
  const header = bytes.subarray(10, 10 + length).toString('latin1');
  expect(header.trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2, 2), }");
  expect(header.endsWith('\n')).toBe(true);
  const numbers = Array.from({ length: 12 }, (_, at) => bytes.readFloatLE(10 + length + 4 * at));
  expect(numbers).toEqual([1000, 1001, 1002, 1003, 2000, 2001, 2002, 2003, 3000, 3001, 3002, 3003]);
  expect(bytes.length).toBe(10 + length + 48);
});

it('writes what the format of safetensors says', async () => {
  await write({ examples: numbered(1, 2), representations: { counting: counting(2) } });
  const bytes = await readFile(join(folder, 'shard-00000.safetensors'));
  const length = Number(bytes.readBigUInt64LE(0));
  const { features } = JSON.parse(bytes.subarray(8, 8 + length).toString());
  expect(features).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] });
  expect(Array.from({ length: 4 }, (_, at) => bytes.readFloatLE(8 + length + 4 * at))).toEqual([
    1000, 1001, 2000, 2001,
  ]);
  const record = JSON.parse(await readFile(join(folder, 'shard-00000.json'), 'utf8'));
  expect(record).toMatchObject({ last: true, ids: ['1', '2'], labels: [null, null], leftOut: [] });
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
  expect(index).toEqual({
    version: 1,
    format: 'safetensors',
    shardSize: 4,
    samples: 2,
    width: 2,
    tokens: null,
    parts: [{ name: 'counting', start: 0, width: 2, representation: { is: 'counting', width: 2 } }],
    examples: null,
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
    for (const change of [{ id: 'another' }, { label: 1 }]) {
      const changed = examples.map((example, at) => (at === 8 ? { ...example, ...change } : example));
      await expect(write({ examples: changed })).rejects.toMatchObject({
        code: 'FEATURES_DIFFER',
        where: join(folder, 'shard-00002.json'),
      });
    }
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
});

describe('files that are not as they were written', () => {
  const numbers = (shard: number) => join(folder, `shard-0000${shard}.safetensors`);
  const record = (shard: number) => join(folder, `shard-0000${shard}.json`);

  it('are told by the reader, and not gone on from', async () => {
    await write();
    const bytes = await readFile(numbers(1));
    await writeFile(numbers(1), bytes.subarray(0, -4));
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', where: numbers(1) });
    await expect(write()).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', where: numbers(1) });
    const flipped = Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 3 ? byte ^ 1 : byte));
    await writeFile(numbers(1), flipped);
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', where: numbers(1) });
    await rm(numbers(1));
    await expect(readFeatures(folder)).rejects.toMatchObject({ received: 'no file' });
    await expect(write()).rejects.toMatchObject({ code: 'FEATURES_DAMAGED', received: 'no file' });
    // The way out that the error names.
    await rm(record(1));
    await write();
    expect(await readFile(numbers(1))).toEqual(bytes);
  });

  it('include records and the index', async () => {
    await write();
    const text = await readFile(record(2), 'utf8');
    const { ids, ...facts } = JSON.parse(text);
    for (const wrong of [
      text.slice(0, -9),
      '7',
      'null',
      '[]',
      JSON.stringify(facts),
      JSON.stringify({ ...facts, ids: [] }),
      JSON.stringify({ ...facts, ids, more: 1 }),
      JSON.stringify({ ...facts, ids: ['clip 0', 'clip 9'] }),
    ]) {
      await writeFile(record(2), wrong);
      await expect(readFeatures(folder), wrong).rejects.toMatchObject({ code: 'FEATURES_DAMAGED' });
    }
    await writeFile(record(2), JSON.stringify({ ...facts, ids, index: 'another' }));
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_DIFFER', where: record(2) });
    await expect(write()).rejects.toMatchObject({ code: 'FEATURES_DIFFER', where: record(2) });
    await writeFile(record(2), JSON.stringify({ ...facts, ids, labels: [0, null] }));
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'LABELS_MISMATCH' });

    const index = join(folder, 'index.json');
    const whole = JSON.parse(await readFile(index, 'utf8'));
    for (const [wrong, code] of [
      [{ ...whole, version: 2 }, 'FEATURES_DIFFER'],
      [{ ...whole, width: 0 }, 'FEATURES_DAMAGED'],
      [{ ...whole, parts: [] }, 'FEATURES_DAMAGED'],
      [null, 'FEATURES_DAMAGED'],
    ] as const) {
      await writeFile(index, JSON.stringify(wrong));
      await expect(readFeatures(folder)).rejects.toMatchObject({ code });
      await expect(write()).rejects.toMatchObject({ code });
    }
    await rm(index);
    await expect(readFeatures(folder)).rejects.toMatchObject({ code: 'FEATURES_MISSING', where: index });
  });

  it('of a .npy file say what they are not', async () => {
    const { readNpy, npyHeader } = await import('./npy.js');
    const good = Buffer.concat([npyHeader([2]), Buffer.alloc(8)]);
    expect(readNpy('x.npy', good).shape).toEqual([2]);
    const wrong = [
      Buffer.alloc(0),
      good.subarray(0, 20),
      Buffer.concat([good, Buffer.alloc(4)]),
      Buffer.from(good.toString('latin1').replace('<f4', '>f4'), 'latin1'),
      Buffer.from(good.toString('latin1').replace('False', 'True '), 'latin1'),
      Buffer.concat([Buffer.of(0x92), good.subarray(1)]),
    ];
    for (const bytes of wrong)
      expect(() => readNpy('x.npy', bytes)).toThrow(
        expect.objectContaining({ code: 'FEATURES_DAMAGED', where: 'x.npy' }),
      );
  });
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
