import { seededRandom } from '@tgm/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as masking from '../index.js';
import { ownStrategies } from '../own-strategies.test-values.js';
import type { TokenGrid } from '../strategy.js';
import { tokensPerSlice } from '../token-grid.js';
import { expectDescription } from './contract-description.js';
import { expectMask, expectSameMask } from './contract-expectations.js';
import { expectRatio, expectSameCount } from './mask-checks.js';
import { type SyntheticCues, syntheticCues } from './synthetic-cues.js';

/** Grids with even and odd sides, single slices, rows and columns among them. */
const grids = fc.record<TokenGrid>({
  slices: fc.integer({ min: 1, max: 9 }),
  rows: fc.integer({ min: 1, max: 12 }),
  columns: fc.integer({ min: 1, max: 12 }),
});

/** Ratios anywhere in [0, 1), with fractions and decimals, at which counting goes wrong first, more often than by chance. */
const ratios = fc.oneof(
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 40 })).map(([part, rest]) => part / (part + rest)),
  fc.nat(99).map((percent) => percent / 100),
);

/** What becomes of the numbers of made-up cues: as they are, in few steps with ties, in one, huge, tiny. */
const changes = fc.constantFrom<(value: number) => number>(
  (value) => value,
  (value) => Math.round(value * 2),
  () => 0,
  (value) => Math.max(-3e38, Math.min(value * 1e38, 3e38)),
  (value) => value * 1e-42,
);

const cuesOf = (grid: TokenGrid, seed: number, change: (value: number) => number): SyntheticCues =>
  changed(syntheticCues(grid, seededRandom('properties', seed)), change) as SyntheticCues;

function changed(cue: unknown, change: (value: number) => number): unknown {
  if (cue instanceof Float32Array) return cue.map(change);
  if (typeof cue !== 'object' || cue === null || ArrayBuffer.isView(cue)) return cue;
  return Object.fromEntries(Object.entries(cue).map(([name, part]) => [name, changed(part, change)]));
}

/** The same grids, ratios and cues in each run of the tests. */
const RUNS = { numRuns: 60, seed: 1 };

const REFUSED = new Set(['OPTION_INVALID', 'GRID_INVALID']);

/** What `action` gives, or nothing where a strategy says that it does not take the ratio or the grid. */
function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (REFUSED.has((error as { code: string }).code)) return undefined;
    throw error;
  }
}

describe('any strategy, with any grid, ratio, seed and cues', () => {
  for (const { title, make, options } of ownStrategies(masking)) {
    it(`${title}: whole masks of one size, the same for the same request`, () => {
      let masks = 0;
      const property = fc.property(grids, ratios, fc.nat(), changes, (grid, ratio, seed, change) => {
        const given = 'ratio' in options ? { ...options, ratio } : options;
        const strategy = unlessRefused(() => make(given));
        if (!strategy) return;
        const draw = (clip: number) =>
          strategy.mask({ grid, random: seededRandom(seed, clip), cues: cuesOf(grid, seed + clip, change) });
        const mask = unlessRefused(() => draw(0));
        if (!mask) return;
        masks += 1;
        const unit = title.startsWith('frameMasking') ? tokensPerSlice(grid) : grid.slices;
        expectMask(mask, grid, title);
        const rounds = title.startsWith('flowGuidedMasking') ? 'either' : 'down';
        expectRatio(mask, strategy.ratio, unit, rounds, title);
        expectSameCount(draw(1), mask, title);
        expectSameMask(draw(0), mask, title);
        expectDescription(
          () => make(given),
          () => draw(2),
          title,
        );
      });
      fc.assert(property, RUNS);
      expect(masks).toBeGreaterThan(3);
    });
  }
});

describe('textGuidedMasking', () => {
  const cases = [grids, ratios, fc.nat()] as const;
  const scoresOf = (grid: TokenGrid, seed: number) =>
    syntheticCues(grid, seededRandom('text', seed)).tokenScores;
  const mask = (grid: TokenGrid, tokenScores: Float32Array, options: masking.TextGuidedMaskingOptions) =>
    masking.textGuidedMasking(options).mask({ grid, random: seededRandom('text'), cues: { tokenScores } });

  it('hides nothing that is lower than what it shows in the slice, and as many in each', () => {
    const property = fc.property(...cases, (grid, ratio, seed) => {
      const scores = scoresOf(grid, seed);
      const { masked, visible } = mask(grid, scores, { ratio });
      const perSlice = tokensPerSlice(grid);
      const inSlice = (tokens: Uint32Array, slice: number) =>
        [...tokens].filter((token) => Math.floor(token / perSlice) === slice).map((token) => scores[token]!);
      for (let slice = 0; slice < grid.slices; slice += 1) {
        const hidden = inSlice(masked, slice);
        expect(hidden).toHaveLength(masked.length / grid.slices);
        expect(Math.min(...hidden)).toBeGreaterThanOrEqual(Math.max(...inSlice(visible, slice)));
      }
    });
    fc.assert(property, RUNS);
  });

  it('goes by the order of the scores alone', () => {
    const property = fc.property(...cases, (grid, ratio, seed) => {
      const scores = scoresOf(grid, seed);
      const before = mask(grid, scores, { ratio });
      expectSameMask(
        mask(
          grid,
          scores.map((score) => score * 2 ** -40),
          { ratio },
        ),
        before,
        'scaled',
      );
      expectSameMask(
        mask(
          grid,
          scores.map((score) => score ** 3),
          { ratio },
        ),
        before,
        'cubed',
      );
    });
    fc.assert(property, RUNS);
  });

  it('bottom hides what top hides of the negated scores', () => {
    const property = fc.property(...cases, (grid, ratio, seed) => {
      const scores = scoresOf(grid, seed);
      const negated = scores.map((score) => -score);
      expectSameMask(
        mask(grid, scores, { ratio, select: 'bottom' }),
        mask(grid, negated, { ratio }),
        'bottom',
      );
    });
    fc.assert(property, RUNS);
  });

  it('hides at a higher ratio what it hides at a lower one', () => {
    const property = fc.property(grids, ratios, ratios, fc.nat(), (grid, one, other, seed) => {
      const scores = scoresOf(grid, seed);
      const few = mask(grid, scores, { ratio: Math.min(one, other) });
      const many = new Set(mask(grid, scores, { ratio: Math.max(one, other) }).masked);
      expect([...few.masked].filter((token) => !many.has(token))).toEqual([]);
    });
    fc.assert(property, RUNS);
  });
});
