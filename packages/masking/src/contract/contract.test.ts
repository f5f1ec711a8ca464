import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import * as masking from '../index.js';
import { ownStrategies, takesGrid } from '../own-strategies.test-values.js';
import type { MaskingStrategy, TokenGrid } from '../strategy.js';
import { tokensPerSlice } from '../token-grid.js';
import { CONTRACT_GRIDS, maskingContract } from './contract.js';
import { syntheticCues } from './synthetic-cues.js';

describe('every strategy of the package keeps the contract', () => {
  const own = ownStrategies(masking);

  it('and there are some', () => {
    expect(own.map(({ title }) => title)).toContain('randomMasking 0');
    expect(own.length).toBeGreaterThan(15);
  });

  for (const { title, make, options } of own) {
    const takes = (grid: TokenGrid) => {
      const random = seededRandom('grids');
      return takesGrid(make(options), grid, { random, cues: syntheticCues(grid, random) });
    };
    const contract = maskingContract(title, () => make(options), {
      grids: CONTRACT_GRIDS.filter(takes),
      ...(title.startsWith('frameMasking') ? { unit: tokensPerSlice } : {}),
      ...(title.startsWith('flowGuidedMasking') ? { rounds: 'either' } : {}),
      // Once a factory: the ratios take long.
      ...(title.endsWith(' 0') ? { factory: { make, options } } : {}),
    });
    for (const check of contract) it(check.name, () => check.run());
  }
});

describe('a strategy of a stranger, with a cue of its own', () => {
  const source = masking.textGuidedMasking({ ratio: 0.5 });
  const flow: MaskingStrategy<{ flow: Float32Array }> = {
    name: 'flow',
    ratio: 0.5,
    requires: ['flow'],
    hides: { cue: 'flow', select: 'top' },
    describe: () => ({ is: 'flow' }),
    mask: ({ grid, random, cues }) => source.mask({ grid, random, cues: { tokenScores: cues.flow } }),
  };
  const options = {
    cues: () => ({ flow: new Float32Array(30).map((_, index) => index) }),
    grids: [{ slices: 2, rows: 3, columns: 5 }],
  };
  for (const check of maskingContract('flow', () => flow, options)) {
    it(check.name, () => check.run());
  }
});
