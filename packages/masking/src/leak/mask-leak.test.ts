import { chooseIndices, normal, type Random, seededRandom, uniformIndex } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import type { MotionCues, TextCues } from '../cues.js';
import { mixedMasking } from '../strategies/mixed-masking.js';
import { motionGuidedMasking } from '../strategies/motion-guided-masking.js';
import { motionMagnitudeMasking } from '../strategies/motion-magnitude-masking.js';
import { randomMasking } from '../strategies/random-masking.js';
import { randomSliceMasking } from '../strategies/random-slice-masking.js';
import { textGuidedMasking } from '../strategies/text-guided-masking.js';
import { tubeMasking } from '../strategies/tube-masking.js';
import type { MaskingStrategy, TokenMask } from '../strategy.js';
import { tokenMask } from '../token-grid.js';
import { maskLeak } from './mask-leak.js';

const grid = { slices: 4, rows: 8, columns: 8 };
const SIDE = 3;
const DIRECTIONS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;
type Direction = keyof typeof DIRECTIONS;
const directions = Object.keys(DIRECTIONS) as Direction[];

interface MadeUpClip {
  readonly action: Direction;
  readonly cues: TextCues & MotionCues;
}

/** The caption names a square of 3 x 3 cells, which moves a cell with each slice. Scores are noisy, as a model's are. */
function madeUpClip(index: number): MadeUpClip {
  const action = directions[index % directions.length]!;
  const random = seededRandom('clip', index);
  const [x, y] = DIRECTIONS[action];
  const left = startOf(x, random);
  const top = startOf(y, random);
  const tokenScores = new Float32Array(grid.slices * 64).map(() => 0.3 * normal(random));
  const vectors = new Float32Array(tokenScores.length * 2);
  for (let slice = 0; slice < grid.slices; slice += 1) {
    for (let cell = 0; cell < SIDE * SIDE; cell += 1) {
      const row = top + slice * y + Math.floor(cell / SIDE);
      const column = left + slice * x + (cell % SIDE);
      const token = (slice * 8 + row) * 8 + column;
      tokenScores[token]! += 1;
      vectors.set([x, y], token * 2);
    }
  }
  return {
    action,
    cues: { tokenScores, motion: { vectors, known: new Uint8Array(tokenScores.length).fill(1) } },
  };
}

/** A first cell from which the square stays inside the frame. */
function startOf(step: -1 | 0 | 1, random: Random): number {
  const path = step * (grid.slices - 1);
  return Math.max(0, -path) + uniformIndex(8 - SIDE + 1 - Math.abs(path), random);
}

const clips = Array.from({ length: 240 }, (_, index) => madeUpClip(index));
const classes = clips.map(({ action }) => action);
const masksOf = (strategy: MaskingStrategy<TextCues & MotionCues>): TokenMask[] =>
  clips.map(({ cues }, index) => strategy.mask({ grid, random: seededRandom('mask', index), cues }));
const leakOf = (masks: readonly TokenMask[]) => maskLeak({ masks, classes, random: seededRandom('folds') });

const small = { slices: 1, rows: 2, columns: 3 };
const hiding = (tokens: readonly number[]): TokenMask =>
  tokenMask(
    small,
    Uint8Array.from({ length: 6 }, (_, token) => (tokens.includes(token) ? 1 : 0)),
  );

const ratio = 0.6;
const text = textGuidedMasking({ ratio });

/** Accuracies in standard deviations from chance. */
const deviations = (masks: readonly TokenMask[]) => {
  const { places, nearest, chance, deviation } = leakOf(masks);
  return { places: (places - chance) / deviation, nearest: (nearest - chance) / deviation };
};

describe('maskLeak', () => {
  it.each<[string, MaskingStrategy<TextCues & MotionCues>]>([
    ['random', randomMasking({ ratio })],
    ['random-slice', randomSliceMasking({ ratio })],
    ['tube', tubeMasking({ ratio })],
    ['text of which chance chooses all', textGuidedMasking({ ratio, textShare: 0 })],
    ['text in none of the clips', mixedMasking(text, randomSliceMasking({ ratio }), { share: 1 })],
  ])('finds nothing in %s masks', (_, strategy) => {
    const { places, nearest } = deviations(masksOf(strategy));
    expect(Math.abs(places)).toBeLessThan(3);
    expect(Math.abs(nearest)).toBeLessThan(3);
  });

  it.each<[string, MaskingStrategy<TextCues & MotionCues>]>([
    ['text', text],
    ['text-bottom', textGuidedMasking({ ratio, select: 'bottom' })],
    ['text, a third by text', textGuidedMasking({ ratio, textShare: 1 / 3 })],
    ['text in half of the clips', mixedMasking(text, randomSliceMasking({ ratio }), { share: 0.5 })],
    ['motion', motionGuidedMasking({ ratio })],
    ['motion-magnitude', motionMagnitudeMasking({ ratio })],
  ])('finds the action in %s masks', (_, strategy) => {
    const { places, nearest } = deviations(masksOf(strategy));
    expect(Math.max(places, nearest)).toBeGreaterThan(4);
  });

  it('finds nothing in a mask drawn for another clip, nor in one mask for all', () => {
    const masks = masksOf(text);
    const order = chooseIndices(masks.length, masks.length, seededRandom('others'));
    const others = deviations(Array.from(order, (clip) => masks[clip]!));
    expect(Math.abs(others.places)).toBeLessThan(3);
    expect(Math.abs(others.nearest)).toBeLessThan(3);
    const { chance } = leakOf(masks);
    expect(leakOf(masks.map(() => masks[0]!))).toMatchObject({ places: chance, nearest: chance });
  });

  it('names every clip where the mask is a function of the class', () => {
    const masks = clips.map((_, index) => hiding([index % directions.length]));
    expect(leakOf(masks)).toMatchObject({ places: 1, nearest: 1, chance: 0.25 });
  });

  it('finds by likeness what no place tells alone', () => {
    // Whether tokens 0 and 1 are masked alike: each is masked in half of the clips of both classes.
    const masks = Array.from({ length: 80 }, (_, index) =>
      hiding(
        [
          [0, 1],
          [2, 3],
          [0, 3],
          [2, 1],
        ][index % 4]!,
      ),
    );
    const pairs = masks.map((_, index) => (index % 4 < 2 ? 'alike' : 'not alike'));
    const leak = maskLeak({ masks, classes: pairs, random: seededRandom('folds') });
    expect(leak.nearest).toBe(1);
    expect(leak.places).toBeLessThan(0.7);
  });

  it('has chance 1 / classes however unequal they are, and a deviation that random masks keep', () => {
    const unequal = Array.from({ length: 90 }, (_, clip) => (clip < 60 ? 'a' : clip < 78 ? 'b' : 'c'));
    const runs = Array.from({ length: 60 }, (_, run) => {
      const masks = unequal.map((_, clip) =>
        randomMasking({ ratio }).mask({ grid: small, random: seededRandom(run, clip), cues: {} }),
      );
      return maskLeak({ masks, classes: unequal, random: seededRandom('folds', run) });
    });
    const { chance, deviation } = runs[0]!;
    expect(chance).toBe(1 / 3);
    // By hand: a mean of three shares, each of variance (1/3)(2/3) / clips.
    expect(deviation).toBeCloseTo(Math.sqrt((2 / 9) * (1 / 60 + 1 / 18 + 1 / 12)) / 3, 12);
    for (const reader of ['places', 'nearest'] as const) {
      const mean = runs.reduce((sum, run) => sum + run[reader], 0) / runs.length;
      expect(Math.abs(mean - chance)).toBeLessThan((4 * deviation) / Math.sqrt(runs.length));
      expect(Math.max(...runs.map((run) => Math.abs(run[reader] - chance)))).toBeLessThan(4 * deviation);
    }
  });

  it('refuses classes that cannot be told apart, and masks of several grids', () => {
    const masks = masksOf(text);
    const random = seededRandom('folds');
    const fails = (change: object, fault: object) =>
      expect(() => maskLeak({ masks, classes, random, ...change })).toThrow(expect.objectContaining(fault));
    const invalid = { code: 'OPTION_INVALID', where: 'maskLeak, option classes' };
    fails({ classes: classes.slice(1) }, { ...invalid, received: '239' });
    fails({ classes: classes.map(() => 'a') }, { ...invalid, received: 'one' });
    fails(
      { classes: classes.map((each, clip) => (clip < 9 ? 'rare' : each)) },
      { ...invalid, received: '9 of rare' },
    );
    fails({ masks: [...masks.slice(1), hiding([0])] }, { code: 'GRID_INVALID', received: '1 x 2 x 3' });
    fails({ seed: 0 }, { code: 'OPTION_INVALID', where: 'maskLeak, option seed' });
  });
});
