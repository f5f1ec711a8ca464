import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { maskingContract } from '../contract/contract.js';
import type { TokenGrid } from '../strategy.js';
import { type TextGuidedMaskingOptions, textGuidedMasking } from './text-guided-masking.js';

const mask = (options: TextGuidedMaskingOptions, grid: TokenGrid, tokenScores: Float32Array, seed = 0) =>
  textGuidedMasking(options).mask({ grid, random: seededRandom(seed), cues: { tokenScores } });

describe('textGuidedMasking by hand', () => {
  const grid = { slices: 2, rows: 2, columns: 2 };
  const tokenScores = Float32Array.of(0.1, 0.9, 0.9, 0.2, /* slice 1 */ 0.5, 0.5, 0.5, 0.7);

  it('hides the best of each slice, ties to the lower number', () => {
    expect([...mask({ ratio: 0.5 }, grid, tokenScores).masked]).toEqual([1, 2, 4, 7]);
    expect([...mask({ ratio: 0.25 }, grid, tokenScores).masked]).toEqual([1, 7]);
  });
  it('hides the worst of each slice, ties to the lower number', () => {
    expect([...mask({ ratio: 0.5, select: 'bottom' }, grid, tokenScores).masked]).toEqual([0, 3, 4, 5]);
  });
  it('hides a count per slice and not per clip', () => {
    const bright = Float32Array.of(9, 9, 9, 9, 0, 0, 0, 1);
    expect([...mask({ ratio: 0.5 }, grid, bright).masked]).toEqual([0, 1, 4, 7]);
  });
  it('gives 117 masked and 79 visible tokens a slice at 0.6', () => {
    const clip = { slices: 8, rows: 14, columns: 14 };
    const { masked, visible } = mask({ ratio: 0.6 }, clip, new Float32Array(1568));
    expect([masked.length, visible.length]).toEqual([8 * 117, 632]);
  });
});

describe('textShare', () => {
  const grid = { slices: 1, rows: 4, columns: 10 };
  const tokenScores = Float32Array.from({ length: 40 }, (_, token) => -token);

  it('lets the caption choose its share and chance the rest, evenly', () => {
    const counts = new Array<number>(40).fill(0);
    const clips = 3000;
    for (let clip = 0; clip < clips; clip += 1) {
      for (const token of mask({ ratio: 0.75, textShare: 1 / 3 }, grid, tokenScores, clip).masked)
        counts[token]! += 1;
    }
    expect(counts.slice(0, 10)).toEqual(new Array(10).fill(clips));
    // 20 of the other 30 are drawn.
    const deviation = Math.sqrt((clips * 2) / 9);
    for (const count of counts.slice(10))
      expect(Math.abs(count - (clips * 2) / 3)).toBeLessThan(4.5 * deviation);
  });
  it('0 ignores the caption', () => {
    const other = tokenScores.slice().reverse();
    expect(mask({ ratio: 0.5, textShare: 0 }, grid, tokenScores)).toEqual(
      mask({ ratio: 0.5, textShare: 0 }, grid, other),
    );
  });
});

describe('per clip', () => {
  it('hides the best of all slices together, floor(tokens * ratio) of them', () => {
    const grid = { slices: 2, rows: 1, columns: 5 };
    const bright = Float32Array.of(9, 8, 7, 6, 1, /* slice 1 */ 0, 2, 0, 3, 0);
    expect([...mask({ ratio: 0.5, per: 'clip' }, grid, bright).masked]).toEqual([0, 1, 2, 3, 8]);
    expect([...mask({ ratio: 0.5, per: 'clip', select: 'bottom' }, grid, bright).masked]).toEqual([
      4, 5, 6, 7, 9,
    ]);
    // 0.59 of 10 tokens is 5, of each slice it is 2.
    expect(mask({ ratio: 0.59, per: 'clip' }, grid, bright).masked).toHaveLength(5);
    expect(mask({ ratio: 0.59 }, grid, bright).masked).toHaveLength(4);
  });
});

describe('per region', () => {
  const grid = { slices: 2, rows: 4, columns: 4 };
  const rows = (...values: number[][]) => Float32Array.from(values.flat());

  it('hides the best of each region of each slice', () => {
    const scores = rows(
      ...[
        [9, 8, 1, 2],
        [7, 6, 3, 4],
        [0, 0, 5, 5],
        [0, 0, 5, 6],
      ],
      ...[
        [1, 0, 0, 0],
        [0, 1, 0, 1],
        [1, 1, 0, 0],
        [0, 0, 1, 0],
      ],
    );
    const per = { rows: 2, columns: 2 };
    expect([...mask({ ratio: 0.5, per }, grid, scores).masked]).toEqual([
      ...[0, 1, 6, 7, 8, 9, 10, 15],
      // Ties go to the lower token.
      ...[16, 18, 21, 23, 24, 25, 26, 30],
    ]);
  });
  it('hides as many of a region as its ratio says to a token, in every clip the same', () => {
    // Regions of 4, 4, 2, 2, 2 and 1 cells: of 4, 8, 10, 12, 14, 15 cells floor(0.6 * cells) are 2, 4, 6, 7, 8, 9.
    const odd = { slices: 1, rows: 3, columns: 5 };
    const regionOf = (token: number) => Math.floor(token / 10) * 3 + Math.floor((token % 5) / 2);
    const counted = (seed: number, options: Partial<TextGuidedMaskingOptions> = {}) => {
      const random = seededRandom('scores', seed);
      const scores = Float32Array.from({ length: 15 }, () => random());
      const counts = [0, 0, 0, 0, 0, 0];
      for (const token of mask({ ratio: 0.6, per: { rows: 2, columns: 2 }, ...options }, odd, scores).masked)
        counts[regionOf(token)]! += 1;
      return counts;
    };
    for (let seed = 0; seed < 20; seed += 1) {
      for (const options of [{}, { select: 'bottom' }, { textShare: 0.5 }, { noise: 2 }] as const)
        expect(counted(seed, options)).toEqual([2, 2, 2, 1, 1, 1]);
    }
  });
  it('is per slice where a region is a slice or more', () => {
    const random = seededRandom('scores');
    const scores = Float32Array.from({ length: 32 }, () => random());
    for (const options of [{}, { select: 'bottom' }, { textShare: 0.5, noise: 1 }] as const) {
      expect(mask({ ratio: 0.6, ...options, per: { rows: 9, columns: 4 } }, grid, scores)).toEqual(
        mask({ ratio: 0.6, ...options }, grid, scores),
      );
    }
  });
  it('tells nothing of the scores where each cell is a region, and so promises no side', () => {
    const one = { ratio: 0.5, per: { rows: 1, columns: 1 } };
    const up = Float32Array.from({ length: 32 }, (_, token) => token);
    expect(mask(one, grid, up)).toEqual(
      mask(
        one,
        grid,
        up.map((score) => -score),
      ),
    );
    expect(textGuidedMasking(one)).not.toHaveProperty('hides');
  });
});

describe('noise', () => {
  const grid = { slices: 2, rows: 1, columns: 2 };

  it('is as large as it says, in units of the deviation in the slice', () => {
    // 0 and 1 deviate by 0.5, so at noise 1 their difference of 1 has a noise of 0.5 * sqrt(2): it stays above 0 with a
    // probability of 0.9214. At noise 3 with 0.6813.
    const clips = 4000;
    for (const [noise, expected] of [
      [1, 0.9214],
      [3, 0.6813],
    ] as const) {
      for (const scale of [1, 1000]) {
        const scores = Float32Array.of(0, 1, scale, 0);
        const hidden = [0, 0];
        for (let clip = 0; clip < clips; clip += 1) {
          const { masked } = mask({ ratio: 0.5, noise }, grid, scores, clip);
          if (masked[0] === 1) hidden[0]! += 1;
          if (masked[1] === 2) hidden[1]! += 1;
        }
        for (const count of hidden) expect(Math.abs(count / clips - expected)).toBeLessThan(0.03);
      }
    }
  });
  it('hides as many as without, and 0 draws nothing', () => {
    const clip = { slices: 8, rows: 14, columns: 14 };
    const random = seededRandom('scores');
    const scores = Float32Array.from({ length: 1568 }, () => random());
    for (const per of ['slice', 'clip'] as const) {
      const plain = mask({ ratio: 0.6, per }, clip, scores).masked;
      const soft = mask({ ratio: 0.6, per, noise: 0.5 }, clip, scores).masked;
      expect(soft).toHaveLength(plain.length);
      expect(soft).not.toEqual(plain);
    }
    const none = () => {
      throw new Error('drawn');
    };
    const strategy = textGuidedMasking({ ratio: 0.6 });
    expect(() => strategy.mask({ grid: clip, random: none, cues: { tokenScores: scores } })).not.toThrow();
  });
});

const variants: TextGuidedMaskingOptions[] = [
  { ratio: 0.6, per: 'clip', noise: 0.7 },
  { ratio: 0.75, per: { rows: 2, columns: 3 }, select: 'bottom', textShare: 1 / 3 },
];
for (const options of variants) {
  const checks = maskingContract(`text ${JSON.stringify(options)}`, () => textGuidedMasking(options));
  for (const check of checks) it(check.name, () => check.run());
}

describe('textGuidedMasking refuses', () => {
  const grid = { slices: 1, rows: 2, columns: 2 };
  it.each([
    ['per', 'region'],
    ['per', { rows: 2 }],
    ['per', { rows: 0, columns: 2 }],
    ['per', { rows: 2, columns: 2, slices: 1 }],
    ['noise', -1],
    ['noise', Number.POSITIVE_INFINITY],
    ['noise', '1'],
  ])('%s %o', (option, value) => {
    expect(() => textGuidedMasking({ ratio: 0.5, [option]: value })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: expect.stringContaining(`option ${option}`) }),
    );
  });
  it('scores of another size', () => {
    expect(() => mask({ ratio: 0.5 }, grid, new Float32Array(5))).toThrow(
      expect.objectContaining({ code: 'CUE_WRONG_SIZE', expected: '4 values', received: '5' }),
    );
  });
  it('NaN', () => {
    expect(() => mask({ ratio: 0.5 }, grid, Float32Array.of(0, 1, Number.NaN, 0))).toThrow(
      expect.objectContaining({ code: 'CUE_NOT_FINITE', received: 'NaN at position 2' }),
    );
  });
  it('a request without scores', () => {
    expect(() => mask({ ratio: 0.5 }, grid, undefined as never)).toThrow(
      expect.objectContaining({ code: 'CUE_MISSING' }),
    );
  });
});
