import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as videoIo from './index.js';
import { directPool } from './pool/direct-pool.test-support.js';

// What JavaScript lets through: a compiler would refuse each of these calls.
// biome-ignore lint/suspicious/noExplicitAny: calls without the compiler's help
const untyped = videoIo as any;
const {
  clipBatches,
  clipLoader,
  colourJitter,
  datasetOf,
  encodeVideo,
  estimateMotion,
  flipClip,
  framesOfSection,
  mixBatch,
  multiScaleCrop,
  prepareShards,
  randAugment,
  randomErasing,
  randomResizedCrop,
  viewCrops,
  writeShard,
} = untyped;

const size = { width: 16, height: 16 };
const pixels = () => new Uint8Array(2 * 16 * 16 * 3);
const random = () => seededRandom('arguments');
const recipe = videoIo.pretrainingRecipe({ stride: 1, frameCount: 2, size });
const sample = { id: 'a', source: 'a.mp4', captions: [] };
const clip = () => ({
  frames: pixels(),
  times: Float64Array.of(0, 1),
  indices: Uint32Array.of(0, 1),
  geometry: { source: size, size, crop: { x: 0, y: 0, ...size } },
});
const batch = () => ({ ...size, pixels: pixels(), targets: new Float32Array(2), count: 2 });
const timeline = { times: Float64Array.of(0, 0.1, 0.2), end: 0.3 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-arguments-'));
});
afterAll(() => rm(folder, { recursive: true }));

const nothing = [null, undefined, Number.NaN, 1.5, true, 'x', {}, () => 1];
const noText = [null, undefined, Number.NaN, -1, true, {}, [], '', () => 1];
const noFunction = [null, undefined, 0.5, 'x', {}, []];
const noSize = [
  null,
  undefined,
  16,
  'x',
  {},
  { ...size, width: [] },
  { ...size, width: -1 },
  { ...size, height: 0.5 },
];
const noSide = [null, undefined, -1, 0, 0.5, [], '16', Number.NaN];

type Call = (value: never) => unknown;
const calls: readonly (readonly [where: string, wrong: readonly unknown[], call: Call])[] = [
  ['randAugment, option size', noSize, (value) => randAugment(pixels(), value, random())],
  ['randAugment, option frames', [...nothing, []], (value) => randAugment(value, size, random())],
  ['randAugment, option random', noFunction, (value) => randAugment(pixels(), size, value)],
  ['colourJitter, option size', noSize, (value) => colourJitter(pixels(), value, random())],
  ['colourJitter, option frames', [...nothing, []], (value) => colourJitter(value, size, random())],
  ['colourJitter, option random', noFunction, (value) => colourJitter(pixels(), size, value)],
  ['randomErasing, option size', noSize, (value) => randomErasing(pixels(), value, random())],
  ['randomErasing, option frames', [...nothing, []], (value) => randomErasing(value, size, random())],
  ['randomErasing, option random', noFunction, (value) => randomErasing(pixels(), size, value)],
  ['mixBatch, option width', noSide, (width) => mixBatch({ ...batch(), width }, random())],
  ['mixBatch, option height', noSide, (height) => mixBatch({ ...batch(), height }, random())],
  ['mixBatch, option count', noSide, (count) => mixBatch({ ...batch(), count }, random())],
  ['mixBatch, option pixels', [...nothing, []], (value) => mixBatch({ ...batch(), pixels: value }, random())],
  ['mixBatch, option targets', [...nothing, []], (targets) => mixBatch({ ...batch(), targets }, random())],
  ['mixBatch, option random', noFunction, (value) => mixBatch(batch(), value)],
  ['mixBatch', [null, undefined, {}], (value) => mixBatch(value, random())],
  ['randomResizedCrop, option source', noSize, (value) => randomResizedCrop(value, random())],
  ['randomResizedCrop, option random', noFunction, (value) => randomResizedCrop(size, value)],
  ['multiScaleCrop, option source', noSize, (value) => multiScaleCrop(value, random())],
  ['multiScaleCrop, option random', noFunction, (value) => multiScaleCrop(size, value)],
  ['viewCrops, option source', [null, {}, { ...size, width: -1 }], (value) => viewCrops(value, size, 1)],
  ['viewCrops, option target', [null, {}, { ...size, width: 0 }], (value) => viewCrops(size, value, 1)],
  ['flipClip', nothing, (value) => flipClip(value)],
  ['flipClip, option frames', [...nothing, []], (frames) => flipClip({ ...clip(), frames })],
  ['flipClip, option motion', [null, 1, {}], (motion) => flipClip({ ...clip(), motion })],
  ['estimateMotion', nothing, (value) => estimateMotion(value)],
  [
    'estimateMotion, option frames',
    [...nothing, [], new Uint8Array(3)],
    (frames) => estimateMotion({ ...clip(), frames }),
  ],
  ['estimateMotion, option indices', [...nothing, []], (indices) => estimateMotion({ ...clip(), indices })],
  [
    'framesOfSection, option timeline',
    [
      ...nothing,
      { ...timeline, end: Number.NaN },
      { ...timeline, end: 'x' },
      { ...timeline, times: [0] },
      { ...timeline, times: new Float64Array(0) },
    ],
    (value) => framesOfSection(value, {}),
  ],
  [
    'framesOfSection, option section',
    [null, undefined, 1, 'x', true],
    (value) => framesOfSection(timeline, value),
  ],
  [
    'framesOfSection, option start',
    [null, Number.NaN, 'x', []],
    (start) => framesOfSection(timeline, { start }),
  ],
  [
    'framesOfSection, option end',
    [null, Number.NaN, 'x', []],
    (end) => framesOfSection(timeline, { start: 0, end }),
  ],
  ['framesOfSection, option stop', [1], (stop) => framesOfSection(timeline, { start: 0, stop })],
  ['framesOfSection, option source', [null, 1, {}, []], (value) => framesOfSection(timeline, {}, value)],
  ['datasetOf, option name', noText, (value) => datasetOf(value, [sample])],
  ['datasetOf, option samples', nothing, (value) => datasetOf('d', value)],
  ['datasetOf, option classes', [null, 1, 'x', {}], (value) => datasetOf('d', [sample], value)],
  [
    'datasetOf, sample 1',
    [
      null,
      'a.mp4',
      {},
      { ...sample, source: undefined },
      { ...sample, captions: 'x' },
      { ...sample, captions: [1] },
      { ...sample, label: 'dog' },
      { ...sample, label: '3' },
      { ...sample, label: -1 },
      { ...sample, label: 0.5 },
      { ...sample, label: null },
      { ...sample, label: {} },
      { ...sample, label: [1] },
      { ...sample, label: { verb: -1 } },
      { ...sample, label: { verb: 'open' } },
      { ...sample, start: '1' },
      { ...sample, end: Number.NaN },
    ],
    (value) => datasetOf('d', [sample, value]),
  ],
  ['encodeVideo, argument path', noText, (value) => encodeVideo(value, pixels(), { ...size, fps: 25 })],
  ['clipBatches, option loader', nothing, (value) => clipBatches(value, { samples: 1 }).next()],
  ['writeShard, argument path', noText, (value) => writeShard(value, [])],
  ['writeShard, option samples', nothing, (value) => writeShard(join(folder, 'a.tar'), value)],
  ...(
    [
      ['readManifest', 'path', {}],
      ['readCsvManifest', 'path', {}],
      ['readVideoFolder', 'folder', {}],
      ['readInternVid', 'path', { videos: '/v' }],
      ['readHmdb51', 'folder', { videos: '/v', split: 1, part: 'train' }],
      ['readUcf101', 'path', { videos: '/v', classes: 'c' }],
      ['readKinetics', 'path', { videos: '/v', layout: 'flat' }],
      ['readSomethingSomething', 'path', { videos: '/v', labels: 'l' }],
      ['readDiving48', 'path', { videos: '/v', vocabulary: 'v' }],
      ['readEpicKitchens', 'path', { videos: '/v', label: 'verb' }],
      ['readMsrVtt', 'path', { videos: '/v' }],
      ['readMsrVttPairs', 'path', { videos: '/v' }],
    ] as const
  ).map(
    ([name, argument, options]) =>
      [`${name}, argument ${argument}`, noText, (value: never) => untyped[name](value, options)] as const,
  ),
];

it.each(calls)('%s is checked', async (where, wrong, call) => {
  for (const value of wrong) {
    const error = await (async () => call(value as never))().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, `${value}`).toBeInstanceOf(videoIo.VideoError);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', fault: 'caller' });
    expect((error as videoIo.VideoError).where.startsWith(where), (error as Error).message).toBe(true);
  }
});

it('a section may end after the video, and is no sample', () => {
  const section = { start: 0.1, end: Number.POSITIVE_INFINITY };
  expect(framesOfSection(timeline, section, 'a.mp4')).toEqual({ first: 1, count: 2 });
  expect(() => framesOfSection(timeline, { ...sample, ...section })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});

it('a sample number in quotes is none, and is shown as such', async () => {
  await writeFile(join(folder, 'one.jsonl'), JSON.stringify({ id: 'a', path: 'a.mp4' }));
  const sets = [datasetOf('d', [sample]), await videoIo.readManifest(join(folder, 'one.jsonl'))];
  for (const set of sets) {
    await expect(set.at('0')).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      expected: 'a sample number from 0 to 0',
      received: '"0"',
    });
    expect(await set.at(0)).toMatchObject({ id: 'a' });
  }
  await expect(datasetOf('none', []).at(0)).rejects.toThrow('none: expected no sample number');
});

it('an unknown limit is told the known ones', async () => {
  await expect(videoIo.probeVideo('a.mp4', { limits: { frame: 3 } } as never)).rejects.toThrow(
    /probeVideo, option limits.frame: expected one of the options .*frameCount.*, got an unknown name\./,
  );
});

it('writeShard writes no sample without a key or files', async () => {
  for (const wrong of [null, {}, { files: {} }, { key: 'a' }, { key: 'a', files: null }]) {
    await expect(writeShard(join(folder, 'a.tar'), [wrong])).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  }
});

describe("anyone's data set whose samples are none", () => {
  it.each([undefined, null, 'a.mp4', { id: 'a', captions: [] }, { ...sample, id: 1 }])(
    '%j',
    async (value) => {
      const dataset = { name: 'own', length: 1, at: async () => value };
      const pool = directPool();
      const refused = { code: 'OPTION_INVALID', where: 'data set "own", sample 0', fault: 'caller' };
      const badSamples = { kind: 'skip', limit: 9 };
      const loader = clipLoader({ dataset, pool, recipe, seed: 0, epochs: 1, badSamples });
      await expect(loader[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused);
      const output = join(folder, 'shards');
      await expect(prepareShards({ dataset, output, pool, samplesPerShard: 1 }).next()).rejects.toMatchObject(
        refused,
      );
    },
  );
});
