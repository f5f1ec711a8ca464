import { TgmError } from '@tgm/options';
import { describe, expect, it } from 'vitest';
import * as masking from './index.js';
import { maskingContract, syntheticCues } from './testing.js';

// What JavaScript lets through: each call is one that a compiler would refuse, or a number out of range.
// biome-ignore lint/suspicious/noExplicitAny: calls without the compiler's help
const untyped = masking as any;
const {
  seededRandom,
  mixedMasking,
  motionCue,
  resampleBilinear,
  runningCellMask,
  tokenMask,
  flowVisibility,
  seedVisibility,
  visibilityScores,
  similarityMaps,
  textCue,
} = untyped;

const grid = { slices: 2, rows: 2, columns: 3 };
const motion = { vectors: new Float32Array(24), known: new Uint8Array(12).fill(1) };
const cues = { tokenScores: new Float32Array(12), attention: new Float32Array(12), motion };
const makers = [
  'randomMasking',
  'randomSliceMasking',
  'tubeMasking',
  'motionGuidedMasking',
  'motionMagnitudeMasking',
  'textGuidedMasking',
  'frameMasking',
  'blockMasking',
  'multiBlockMasking',
  'attentionMasking',
] as const;

function refusal(action: () => unknown): masking.MaskingError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(masking.MaskingError);
    expect(error).toBeInstanceOf(TgmError);
    return error as masking.MaskingError;
  }
  throw new Error('accepted');
}

const invalid = (action: () => unknown, where: string): void =>
  expect(refusal(action)).toMatchObject({ code: 'OPTION_INVALID', where });

describe.each(makers)('%s', (name) => {
  const make = untyped[name];
  it.each([1, -0.1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '0.5', null, undefined, true])(
    'refuses the ratio %o',
    (ratio) => invalid(() => make({ ratio }), `${name}, option ratio`),
  );
  it('refuses options of other names, and none at all', () => {
    invalid(() => make({ ratio: 0.5, maskRatio: 0.9 }), `${name}, option maskRatio`);
    invalid(() => make(), `${name}, option ratio`);
    invalid(() => make(0.5), name);
  });
  it('refuses a request whose parts are of another kind', () => {
    const { mask } = make({ ratio: 0.5 });
    const random = seededRandom(0);
    expect(mask({ grid, random, cues }).masked).toHaveLength(6);
    invalid(() => mask(), `${name}, request`);
    invalid(() => mask({ grid, cues, random: 0.5 }), `${name}, random`);
    invalid(() => mask({ grid, cues }), `${name}, random`);
    invalid(() => mask({ grid, random }), `${name}, cues`);
    for (const epoch of [-1, Number.NaN, Number.POSITIVE_INFINITY, '2', null])
      invalid(() => mask({ grid, random, cues, epoch }), `${name}, epoch`);
    const sizes = [
      { slices: 0, rows: 1, columns: 1 },
      { slices: 1, rows: 2.5, columns: 1 },
      { slices: 1, rows: 1, columns: Number.NaN },
      { slices: 1, rows: '2', columns: 2 },
      [2, 2, 3],
      undefined,
    ];
    for (const given of sizes) {
      expect(refusal(() => mask({ grid: given, random, cues })).code).toBe('GRID_INVALID');
    }
  });
});

describe('textGuidedMasking', () => {
  const make = untyped.textGuidedMasking;
  it.each([
    ['select', 'topk'],
    ['select', 'Top'],
    ['select', true],
    ['textShare', -0.1],
    ['textShare', 1.1],
    ['textShare', Number.NaN],
    ['textShare', '1'],
    ['variant', 'values'],
    ['text_share', 0.5],
  ])('refuses %s %o', (option, value) => {
    invalid(() => make({ ratio: 0.5, [option]: value }), `textGuidedMasking, option ${option}`);
  });
  it('refuses scores that are no Float32Array', () => {
    const { mask } = make({ ratio: 0.5 });
    const tokenScores = new Array(12).fill(0);
    expect(refusal(() => mask({ grid, random: seededRandom(0), cues: { tokenScores } }))).toMatchObject({
      code: 'CUE_WRONG_KIND',
      where: 'textGuidedMasking, cue tokenScores',
    });
  });
});

describe('mixedMasking', () => {
  const one = untyped.tubeMasking({ ratio: 0.5 });
  it.each([-0.1, 1.1, Number.NaN, '0.5', undefined])('refuses the share %o', (share) => {
    invalid(() => mixedMasking(one, one, { share }), 'mixedMasking, option share');
  });
  it('refuses other names, and what is no strategy', () => {
    invalid(() => mixedMasking(one, one, { share: 0.5, ratio: 0.5 }), 'mixedMasking, option ratio');
    invalid(() => mixedMasking(one, { ratio: 0.5 }, { share: 0.5 }), 'mixedMasking, option other');
    invalid(() => mixedMasking(undefined, one, { share: 0.5 }), 'mixedMasking, option strategy');
    invalid(
      () => mixedMasking(one, { ...one, requires: 7 }, { share: 0.5 }),
      'mixedMasking, other, option requires',
    );
    invalid(
      () => mixedMasking({ ...one, mask: {} }, one, { share: 0.5 }),
      'mixedMasking, strategy, option mask',
    );
    invalid(
      () => mixedMasking(one, { ...one, describe: 'tube' }, { share: 0.5 }),
      'mixedMasking, other, option describe',
    );
    const { describe: _, ...undescribed } = one;
    invalid(() => mixedMasking(undescribed, one, { share: 0.5 }), 'mixedMasking, option strategy');
  });
});

describe('cues', () => {
  const patches = { values: new Float32Array(16).fill(1), frameCount: 2, rows: 2, columns: 2, width: 2 };
  const textEmbedding = Float32Array.of(1, 0);
  it.each([
    ['tubelet', 'avg'],
    ['tubelet', null],
    ['textEmbedding', [1, 0]],
    ['patches', undefined],
    ['grid', 7],
    ['reduce', 'mean'],
  ])('textCue refuses %s %o', (option, value) => {
    invalid(() => textCue({ patches, textEmbedding, grid, [option]: value }), `textCue, option ${option}`);
  });
  it('similarityMaps refuses sides that are none, and values of another kind', () => {
    invalid(
      () => similarityMaps({ ...patches, width: 1.5 }, textEmbedding),
      'similarityMaps, patches, option width',
    );
    expect(refusal(() => similarityMaps({ ...patches, values: [1] }, textEmbedding)).code).toBe(
      'CUE_WRONG_KIND',
    );
  });
  it('motionCue refuses sizes that are none and other names', () => {
    const field = { ...motion, rows: 2, columns: 3, cell: 8 };
    const sizes = { width: 24, height: 16, framesPerSlice: 4 };
    expect(motionCue(field, grid, sizes).known).toHaveLength(12);
    invalid(() => motionCue(field, grid, { ...sizes, stride: 4 }), 'motionCue, option stride');
    invalid(() => motionCue(field, grid, { ...sizes, width: '24' }), 'motionCue, option width');
    invalid(() => motionCue(undefined, grid, sizes), 'motionCue, option field');
    invalid(() => motionCue({ ...field, rows: 0 }, grid, sizes), 'motionCue, field, option rows');
    const known = new Array(12).fill(true);
    expect(refusal(() => motionCue({ ...field, known }, grid, sizes)).code).toBe('CUE_WRONG_KIND');
  });
  it('resampleBilinear refuses sizes that are none and values that do not fill them', () => {
    const raster = { values: new Float32Array(4), rows: 2, columns: 2 };
    invalid(() => resampleBilinear(raster, 0, 4), 'resampleBilinear, option rows');
    invalid(() => resampleBilinear(raster, 4, 1.5), 'resampleBilinear, option columns');
    invalid(() => resampleBilinear({ ...raster, rows: 0 }, 4, 4), 'resampleBilinear, source, option rows');
    expect(refusal(() => resampleBilinear({ ...raster, rows: 3 }, 4, 4)).code).toBe('CUE_WRONG_SIZE');
  });
});

describe('rules beside the strategies', () => {
  const shape = { frameCount: 2, height: 4, width: 4, patchSize: 2 };
  it('runningCellMask takes whole phases, given as numbers', () => {
    invalid(
      () => runningCellMask({ slices: 1, rows: 2, columns: 2 }, 0.5, '1'),
      'runningCellMask, option phase',
    );
    expect(refusal(() => runningCellMask(undefined, 0.5, 1)).code).toBe('GRID_INVALID');
  });
  it('seedVisibility refuses no token, tokens outside and a frame that tokens do not cover', () => {
    invalid(() => seedVisibility(shape, []), 'seedVisibility, centres');
    invalid(() => seedVisibility(shape, [4]), 'seedVisibility, centres');
    invalid(() => seedVisibility({ ...shape, patch: 2 }, [0]), 'seedVisibility, option patch');
    expect(refusal(() => seedVisibility({ ...shape, width: 5 }, [0])).code).toBe('GRID_INVALID');
  });
  it('flowVisibility refuses a frame outside, other names and flows that are not finite', () => {
    const seed = new Float32Array(16);
    const flow = new Float32Array(32);
    const options = { ...shape, seed, baseFrame: 0, backward: flow, forward: flow, fillHoles: true };
    expect(flowVisibility(options)).toHaveLength(32);
    invalid(() => flowVisibility({ ...options, baseFrame: 2 }), 'flowVisibility, option baseFrame');
    invalid(() => flowVisibility({ ...options, fillHoles: 'no' }), 'flowVisibility, option fillHoles');
    invalid(() => flowVisibility({ ...options, fill: true }), 'flowVisibility, option fill');
    const lost = new Float32Array(32).fill(Number.NaN);
    expect(refusal(() => flowVisibility({ ...options, backward: lost })).code).toBe('CUE_NOT_FINITE');
  });
  it('visibilityScores refuses tubelets that do not divide the frames, and maps of another size', () => {
    const maps = new Float32Array(32);
    expect(visibilityScores(maps, shape, 2)).toHaveLength(4);
    invalid(() => visibilityScores(maps, shape, 0), 'visibilityScores, option tubeletSize');
    expect(refusal(() => visibilityScores(maps, { ...shape, frameCount: 3 }, 2)).code).toBe('GRID_INVALID');
    expect(refusal(() => visibilityScores(new Float32Array(16), shape, 2)).code).toBe('CUE_WRONG_SIZE');
  });
  it('tokenMask refuses flags that do not fill the grid, and the counts refuse what is none', () => {
    expect(refusal(() => tokenMask(grid, new Uint8Array(11))).code).toBe('CUE_WRONG_SIZE');
    expect(refusal(() => tokenMask(grid, new Array(12).fill(true))).code).toBe('CUE_WRONG_KIND');
    expect(refusal(() => untyped.tokenCount({ slices: 1 })).code).toBe('GRID_INVALID');
    expect(refusal(() => untyped.tokensPerSlice(undefined)).code).toBe('GRID_INVALID');
    invalid(() => untyped.maskedCount(10, 1), 'maskedCount, option ratio');
    invalid(() => untyped.maskedCount(0, 0.5), 'maskedCount, option total');
  });
});

it('syntheticCues refuses to draw without a generator', () => {
  for (const random of [undefined, null, 0.5, {}])
    invalid(() => syntheticCues(grid, random as never), 'syntheticCues, option random');
});

it('maskingContract refuses options of other names', () => {
  const make = () => masking.tubeMasking({ ratio: 0.5 });
  invalid(() => maskingContract('tube', make, { clips: 3 } as never), 'maskingContract, option clips');
  invalid(() => maskingContract('tube', undefined as never), 'maskingContract, option makeStrategy');
});
