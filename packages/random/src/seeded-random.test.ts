import { showValue } from '@tgm/options';
import { describe, expect, it } from 'vitest';
import { chooseIndices, normal, uniformIndex } from './draws.js';
import { seededRandom } from './seeded-random.js';

const take = (count: number, ...keys: (string | number)[]) => {
  const random = seededRandom(...keys);
  return Float64Array.from({ length: count }, () => random());
};

function correlation(a: Float64Array, b: Float64Array): number {
  const sum = a.reduce((total, value, index) => total + (value - 0.5) * (b[index]! - 0.5), 0);
  return sum / a.length / (1 / 12); // 1/12 is the variance of a uniform number
}

/** Sum of (observed - expected)^2 / expected over equally likely bins. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('seededRandom', () => {
  it('gives the same draws for the same keys', () => {
    expect(take(100, 3, 'clip', 0.5)).toEqual(take(100, 3, 'clip', 0.5));
  });

  it('gives the draws of an independent implementation, for ever', () => {
    // Written in Python from the definition; its hash gives MurmurHash3's published values.
    const known: [keys: (string | number)[], draws: number[]][] = [
      [[0], [0xc9bc1f5e, 0x9c5aeefb, 0xf61ce1c6, 0xd54cb421]],
      [
        ['clip', 3, -1.5, '\u{1f600}'],
        [0x9ecab8ef, 0xbb457bde, 0xdfbf40a4, 0x5972852a],
      ],
      [[], [0x0c214ffb, 0xd6d9d691, 0xee37f6cc, 0x64de8c94]],
    ];
    for (const [keys, draws] of known)
      expect([...take(4, ...keys)].map((draw) => draw * 2 ** 32)).toEqual(draws);
  });

  it('tells keys apart that a joined string would not', () => {
    const lists: (string | number)[][] = [
      [],
      [''],
      [0],
      [1],
      ['1'],
      [0, 0],
      ['a', 'b'],
      ['ab'],
      ['a', '', 'b'],
      ['b', 'a'],
      [1.5],
      [-1],
      [2 ** 40],
      ['\u{1f600}'],
    ];
    const firsts = lists.map((keys) => take(4, ...keys).join());
    expect(new Set(firsts).size).toBe(lists.length);
    expect(take(4, -0)).toEqual(take(4, 0));
  });

  it('gives unrelated draws for keys that differ a little', () => {
    const count = 20_000;
    const limit = 4 / Math.sqrt(count); // four standard errors of a correlation of zero
    for (const [a, b] of [
      [1, 2],
      [0, 2 ** 31],
      ['clip-1', 'clip-2'],
      ['', '\u0000'],
    ] as const) {
      expect(Math.abs(correlation(take(count, a), take(count, b)))).toBeLessThan(limit);
    }
  });

  it('spreads the first draw of consecutive seeds evenly', () => {
    const bins = new Array<number>(100).fill(0);
    for (let seed = 0; seed < 50_000; seed += 1) bins[Math.floor(seededRandom(seed)() * 100)]! += 1;
    // 99 degrees of freedom: the 0.01 % and 99.99 % quantiles are 53 and 160.
    expect(chiSquare(bins)).toBeGreaterThan(53);
    expect(chiSquare(bins)).toBeLessThan(160);
  });

  it('is uniform in pairs', () => {
    const random = seededRandom('pairs');
    const bins = new Array<number>(400).fill(0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const bin = Math.floor(random() * 20) * 20 + Math.floor(random() * 20);
      bins[bin]! += 1;
    }
    // 399 degrees of freedom, standard deviation 28: five of them.
    expect(Math.abs(chiSquare(bins) - 399)).toBeLessThan(140);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses the seed %d', (seed) => {
    expect(() => seededRandom('a', seed)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'seededRandom, key 1' }),
    );
  });

  it('tells where one key ends and the next begins', () => {
    expect(take(4, 'ab', 'c')).not.toEqual(take(4, 'a', 'bc'));
  });
});

describe('draws', () => {
  it.each([Number.NaN, 1, -0.1, undefined])('refuse a generator that gives %s', (drawn) => {
    const broken = () => drawn as number;
    for (const use of [
      () => uniformIndex(3, broken),
      () => chooseIndices(1, 3, broken),
      () => normal(broken),
    ]) {
      expect(use).toThrowError(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
  });

  it.each([
    () => uniformIndex(0, seededRandom(0)),
    () => uniformIndex(1.5, seededRandom(0)),
    () => uniformIndex(Number.NaN, seededRandom(0)),
    () => chooseIndices(4, 3, seededRandom(0)),
    () => chooseIndices(-1, 3, seededRandom(0)),
    () => chooseIndices(1, Number.POSITIVE_INFINITY, seededRandom(0)),
  ])('refuse counts that cannot be drawn (%#)', (draw) => {
    expect(draw).toThrowError(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  it.each([
    ['uniformIndex', (random: never) => uniformIndex(3, random)],
    ['chooseIndices', (random: never) => chooseIndices(1, 3, random)],
    ['normal', (random: never) => normal(random)],
  ])('%s refuses what is no generator', (name, draw) => {
    for (const random of [undefined, null, 0.5, {}]) {
      expect(() => draw(random as never)).toThrowError(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          where: `${name}, random`,
          received: showValue(random),
        }),
      );
    }
  });

  it('normal has the moments of a standard normal number', () => {
    const random = seededRandom('normal');
    const values = Array.from({ length: 100_000 }, () => normal(random));
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1.5);
    expect(moment(2)).toBeCloseTo(1, 1.5);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15); // standard error sqrt(96 / 100000) = 0.03
    expect(normal(() => 0)).toBeCloseTo(0, 12);
  });

  it('chooseIndices gives each arrangement equally often', () => {
    const random = seededRandom('arrangements');
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 24_000; draw += 1) {
      const key = chooseIndices(2, 4, random).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(12);
    expect(chiSquare([...counts.values()])).toBeLessThan(36); // 11 degrees of freedom: 99.98 %
    expect([...chooseIndices(5, 5, random)].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(chooseIndices(0, 5, random)).toHaveLength(0);
    expect(chooseIndices(2, 5, random)).toBeInstanceOf(Uint32Array);
  });

  it('uniformIndex gives each number equally often', () => {
    const random = seededRandom('indices');
    const counts = new Array<number>(7).fill(0);
    for (let draw = 0; draw < 21_000; draw += 1) counts[uniformIndex(7, random)]! += 1;
    expect(chiSquare(counts)).toBeLessThan(26); // 6 degrees of freedom: 99.98 %
  });
});
