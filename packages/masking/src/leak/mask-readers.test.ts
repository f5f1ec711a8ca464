import { describe, expect, it } from 'vitest';
import { tokenMask } from '../token-grid.js';
import { readNearest, readPlaces } from './mask-readers.js';

const hiding = (columns: number, tokens: readonly number[]) =>
  tokenMask(
    { slices: 1, rows: 1, columns },
    Uint8Array.from({ length: columns }, (_, token) => (tokens.includes(token) ? 1 : 0)),
  );

describe('readPlaces (by hand)', () => {
  // Class 0 hides token 0 in two of three clips and token 1 in all; class 1 hides token 0 in all and token 1 in none.
  const masks = [[0, 1], [0, 1], [1], [0], [0], [0]].map((tokens) => hiding(2, tokens));
  const read = readPlaces({ masks, classes: [0, 0, 0, 1, 1, 1], classCount: 2 });
  // Shares with one clip more of each kind: 3/5 and 4/5 in class 0, 4/5 and 1/5 in class 1.
  it.each([
    [[], 1], // 2/5 * 1/5 and 1/5 * 4/5
    [[0], 1], // 3/5 * 1/5 and 4/5 * 4/5
    [[1], 0], // 2/5 * 4/5 and 1/5 * 1/5
    [[0, 1], 0], // 3/5 * 4/5 and 4/5 * 1/5
  ])('masked %o is of class %i', (tokens, of) => {
    expect(read(hiding(2, tokens))).toBe(of);
  });
});

describe('readNearest (by hand)', () => {
  const COLUMNS = 70; // three words
  const range = (start: number, count: number) => Array.from({ length: count }, (_, index) => start + index);
  const own = range(20, 30);

  it.each([
    [2, 3],
    [3, 2],
    [33, 34],
    [64, 63],
  ])('lets 8 masks that differ in %i tokens and 16 that differ in %i vote', (few, many) => {
    // Differing tokens are the first of the row, so that the masked ones among them become visible.
    const differing = (count: number) => {
      const others = range(0, count);
      return hiding(COLUMNS, [
        ...own.filter((token) => !others.includes(token)),
        ...others.filter((token) => !own.includes(token)),
      ]);
    };
    const masks = [...range(0, 16).map(() => differing(many)), ...range(0, 8).map(() => differing(few))];
    const classes = masks.map((_, index) => (index < 16 ? 1 : 0));
    // Of 15 votes the nearer class has 8, or all.
    const read = readNearest({ masks, classes, classCount: 2 });
    expect(read(hiding(COLUMNS, own))).toBe(few < many ? 0 : 1);
  });
});
