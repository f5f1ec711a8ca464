import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as videoIo from './index.js';
import { directPool } from './pool/direct-pool.test-support.js';

// Half of the users write JavaScript: what the compiler would refuse must be refused here, too.
type Options = Record<string, unknown>;
type Call = (options: never) => unknown;

const size = { width: 16, height: 16 };
const frames = () => new Uint8Array(2 * 16 * 16 * 3);
const pixels = () => new Uint8Array(3 * 16 * 16 * 3);
const random = () => seededRandom('options');
const recipe = videoIo.pretrainingRecipe({ stride: 1, frameCount: 2, size });
const set = videoIo.datasetOf('one', [{ id: 'a', source: 'a.mp4', captions: [] }]);
const pool = directPool();
let video: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-options-'));
  video = join(folder, 'a.mp4');
  await videoIo.encodeVideo(video, frames(), { ...size, fps: 25 });
  return () => rm(folder, { recursive: true });
});
afterAll(() => pool.close());

const {
  broadNarrowViews,
  clipBatches,
  clipLoader,
  colourJitter,
  cvrlViews,
  decodeClip,
  denseIndices,
  denseViews,
  encodeVideo,
  estimateMotion,
  fineTuningRecipe,
  interIntraViews,
  longShortViews,
  mixBatch,
  pretrainingRecipe,
  probeVideo,
  randAugment,
  randomErasing,
  randomResizedCrop,
  readTimeline,
  segmentIndices,
  segmentViews,
  testRecipe,
  videoPool,
  viewsRecipe,
} = videoIo;

const batch = () => ({ ...size, pixels: pixels(), targets: new Float32Array(3), count: 3 });
const clip = () => ({
  frames: frames(),
  indices: Uint32Array.of(0, 1),
  geometry: { source: size, size, crop: { x: 0, y: 0, ...size } },
});

/** Every function that takes options, options that it takes, and some that it must not take. */
const CALLS: readonly [name: string, call: Call, sound: Options, refused: readonly Options[]][] = [
  [
    'decodeClip',
    (options) => decodeClip(video, options),
    { indices: [0, 1], size },
    [
      { indices: undefined },
      { indices: [] },
      { indices: [0.5] },
      { indices: ['0'] },
      { indices: 0 },
      { times: [0] },
      { indices: undefined, times: [Number.NaN] },
      { size: { width: 0, height: 8 } },
      { size: 16 },
      { crop: { x: 0, y: 0, width: Number.NaN, height: 8 } },
      { motion: 1 },
      { motionCell: 1.5 },
      { clampToEnd: 'yes' },
      { limits: { frameCount: -1 } },
      { limits: { frame: 5 } },
      { limits: 7 },
    ],
  ],
  [
    'probeVideo',
    (options) => probeVideo(video, options),
    {},
    [{ countFrames: 1 }, { limits: { time: '5' } }],
  ],
  [
    'readTimeline',
    (options) => readTimeline(video, options),
    {},
    [{ limits: { bytes: 0.5 } }, { countFrames: true }],
  ],
  [
    'videoPool',
    (options) => videoPool(options),
    { workers: 1 },
    [{ workers: 0 }, { workers: '2' }, { limits: { fps: 1 } }],
  ],
  [
    'encodeVideo',
    (options) => encodeVideo(`${video}.mp4`, frames(), options),
    { ...size, fps: 25 },
    [
      { fps: 0 },
      { width: 15 },
      { gop: 0 },
      { crf: 52 },
      { preset: 'quick' },
      { times: [0, 0] },
      { times: [0] },
    ],
  ],
  ['estimateMotion', (options) => estimateMotion(clip(), options), {}, [{ cell: 0 }, { reach: Number.NaN }]],
  [
    'denseIndices',
    (options) => denseIndices(options),
    { frameCount: 9, count: 2, stride: 1 },
    [{ frameCount: 0 }, { count: 1.5 }, { stride: '1' }, { random: 7 }],
  ],
  [
    'denseViews',
    (options) => denseViews(options, 2),
    { frameCount: 9, count: 2, stride: 1 },
    [{ stride: 0 }, { random }],
  ],
  [
    'segmentIndices',
    (options) => segmentIndices(options),
    { frameCount: 9, count: 2 },
    [{ count: 0 }, { stride: 1 }],
  ],
  [
    'segmentViews',
    (options) => segmentViews(options, 2),
    { frameCount: 9, count: 2 },
    [{ frameCount: Number.NaN }],
  ],
  [
    'randomResizedCrop',
    (options) => randomResizedCrop(size, random(), options),
    {},
    [
      { area: [0, 1] },
      { area: [0.5, 0.2] },
      { area: [0.5, 2] },
      { area: 0.5 },
      { aspect: [1, Number.NaN] },
      { scale: [0.1, 1] },
    ],
  ],
  [
    'randAugment',
    (options) => randAugment(frames(), size, random(), options),
    {},
    [{ changes: -1 }, { magnitude: 11 }, { deviation: Number.NaN }, { probability: 2 }],
  ],
  [
    'randomErasing',
    (options) => randomErasing(frames(), size, random(), options),
    {},
    [{ probability: 1.5 }],
  ],
  [
    'mixBatch',
    (options) => mixBatch(batch(), random(), options),
    {},
    [{ mixup: 0 }, { cutmix: Number.NaN }, { cutmixShare: -1 }],
  ],
  [
    'pretrainingRecipe',
    (options) => pretrainingRecipe(options),
    { stride: 4 },
    [{ stride: 0 }, { frameCount: 0 }, { size: 224 }, { clips: 0 }, { flip: 1 }],
  ],
  [
    'fineTuningRecipe',
    (options) => fineTuningRecipe(options),
    { sampling: { kind: 'segments' }, flip: true },
    [
      { sampling: { kind: 'segment' } },
      { sampling: { kind: 'dense' } },
      { sampling: { kind: 'segments', stride: 2 } },
      { sampling: 'dense' },
      { flip: undefined },
      { crop: { area: [2, 3] } },
      { randAugment: { magnitude: 99 } },
      { erasing: { chance: 1 } },
    ],
  ],
  [
    'testRecipe',
    (options) => testRecipe(options),
    { sampling: { kind: 'dense', stride: 4 }, clips: 5, crops: 3 },
    [{ sampling: { kind: 'segment' } }, { clips: 0 }, { crops: undefined }],
  ],
  [
    'viewsRecipe',
    (options) => viewsRecipe(options),
    { views: cvrlViews({ stride: 2 }) },
    [
      { frameCount: 0 },
      { size: 224 },
      { views: 2 },
      { views: [] },
      { views: undefined },
      { views: [{ stride: 2 }] },
    ],
  ],
  [
    'cvrlViews',
    (options) => cvrlViews(options),
    { stride: 2 },
    [{ stride: 0 }, { flip: 1 }, { crop: { area: [0, 1] } }, { colours: { hue: 0.6 } }],
  ],
  [
    'longShortViews',
    (options) => longShortViews(options),
    { short: 2, long: 8 },
    [{ short: 0 }, { long: undefined }, { long: 1.5 }],
  ],
  [
    'broadNarrowViews',
    (options) => broadNarrowViews(options),
    { stride: 2 },
    [{ stride: undefined }, { broadCrop: { area: [1, 0.5] } }],
  ],
  [
    'interIntraViews',
    (options) => interIntraViews(options),
    { stride: 2 },
    [{ broken: 'forward' }, { stride: '2' }],
  ],
  [
    'colourJitter',
    (options) => colourJitter(frames(), size, random(), options),
    {},
    [{ probability: 2 }, { brightness: -1 }, { hue: 0.6 }, { grey: '1' }, { blur: -0.1 }],
  ],
  [
    'clipLoader',
    (options) => clipLoader(options),
    { dataset: set, pool, recipe, seed: 0, epochs: 1, badSamples: { kind: 'fail' } },
    [
      { dataset: [] },
      { pool: { decode() {} } },
      { recipe: {} },
      { seed: Number.NaN },
      { epochs: 0 },
      { shuffle: 'yes' },
      { rank: -1 },
      { rank: 1 },
      { ranks: 0 },
      { prefetch: 0 },
      { badSamples: { kind: 'ignore' } },
      { badSamples: { kind: 'skip' } },
      { badSamples: { kind: 'skip', limit: -1 } },
      { badSamples: { kind: 'skip', limit: 1, quarantaine: 'x' } },
      { limits: { frames: '9' } },
      { state: null },
      { signal: true },
    ],
  ],
  [
    'clipBatches',
    (options) =>
      clipBatches(
        clipLoader({ dataset: set, pool, recipe, seed: 0, epochs: 1, badSamples: { kind: 'fail' } }),
        options,
      ).next(),
    { samples: 2 },
    [{ samples: 0 }, { count: 2 }],
  ],
];

/** What a call throws, or rejects with; nothing where it is content. */
async function refusal(call: Call, options: Options): Promise<unknown> {
  try {
    await call(options as never);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(CALLS)('%s', (name, call, sound, refused) => {
  it('takes sound options', async () => {
    const error = await refusal(call, sound);
    expect((error as { fault?: string } | undefined)?.fault).not.toBe('caller');
  });

  it.each([...refused, { colour: 'red' }])('refuses %j', async (wrong) => {
    const error = await refusal(call, { ...sound, ...wrong });
    expect(error).toBeInstanceOf(videoIo.VideoError);
    expect(error).toMatchObject({ code: 'OPTION_INVALID', fault: 'caller' });
  });

  it.each([null, 'options', 7, []])('refuses %j in the place of options', async (wrong) => {
    expect(await refusal(call, wrong as never)).toMatchObject({ code: 'OPTION_INVALID', where: name });
  });
});

describe('arguments that are no options', () => {
  const bytes = new Uint8Array(3);
  it.each<[string, () => unknown]>([
    ['decodeClip without a video', () => decodeClip(undefined as never, { indices: [0], size })],
    ['probeVideo of a URL', () => probeVideo(new URL('file:///a.mp4') as never)],
    [
      'encodeVideo of numbers',
      () => encodeVideo(`${video}.mp4`, new Float32Array(768) as never, { ...size, fps: 1 }),
    ],
    ['encodeVideo of half a frame', () => encodeVideo(`${video}.mp4`, bytes, { ...size, fps: 1 })],
    ['randAugment of another size', () => randAugment(bytes, size, random())],
    ['randomErasing of another size', () => randomErasing(bytes, size, random())],
    ['mixBatch of another size', () => mixBatch({ ...batch(), count: 2 }, random())],
    ['denseViews of no clip', () => denseViews({ frameCount: 9, count: 2, stride: 1 }, 0)],
    ['segmentViews of half a clip', () => segmentViews({ frameCount: 9, count: 2 }, 0.5)],
    ['viewCrops of no crop', () => videoIo.viewCrops(size, size, Number.NaN)],
    ['readShards of a path', () => videoIo.readShards('a.tar' as never, { cache: 'cache' })],
    ['readShards of nothing', () => videoIo.readShards([], { cache: 'cache' })],
    ['readShards without a cache', () => videoIo.readShards(['a.tar'], {} as never)],
    ['prepareShards without options', () => videoIo.prepareShards({} as never).next()],
    [
      'writeShard of texts',
      () => videoIo.writeShard(`${video}.tar`, [{ key: '0', files: { txt: 'über' as never } }]),
    ],
    ['a sample that a data set does not have', () => set.at(1)],
  ])('%s are refused', async (_, call) => {
    await expect((async () => call())()).rejects.toMatchObject({ code: 'OPTION_INVALID', fault: 'caller' });
  });
});
