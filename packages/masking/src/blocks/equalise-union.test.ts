import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { equaliseUnion } from './equalise-union.js';

/** Flags of one slice or several, written as rows. */
const flagsOf = (...rows: string[]): Uint8Array =>
  Uint8Array.from([...rows.join('')].map((sign) => (sign === '#' ? 1 : 0)));

const rowsOf = (flags: Uint8Array, columns: number): string[] =>
  Array.from({ length: flags.length / columns }, (_, row) =>
    [...flags.subarray(row * columns, (row + 1) * columns)].map((flag) => (flag ? '#' : '.')).join(''),
  );

const plane = { slices: 1, rows: 5, columns: 5 };
const block = () => flagsOf('.....', '.###.', '.###.', '.###.', '.....');

function equalised(count: number, seed = 0): string[] {
  const flags = block();
  equaliseUnion(plane, flags, count, seededRandom(seed));
  return rowsOf(flags, 5);
}

const countOf = (rows: readonly string[]) => [...rows.join('')].filter((sign) => sign === '#').length;

describe('equaliseUnion by hand', () => {
  it('leaves a union of the right size as it is', () => {
    expect(equalised(9)).toEqual(['.....', '.###.', '.###.', '.###.', '.....']);
  });
  it('takes a whole rim off, or puts one on, but for the corners', () => {
    expect(equalised(1)).toEqual(['.....', '.....', '..#..', '.....', '.....']);
    expect(equalised(21)).toEqual(['.###.', '#####', '#####', '#####', '.###.']);
    expect(equalised(25)).toEqual(['#####', '#####', '#####', '#####', '#####']);
    expect(equalised(0)).toEqual(['.....', '.....', '.....', '.....', '.....']);
  });
  it('takes some of a rim, each cell of it as often as another', () => {
    const shown = new Map<number, number>();
    for (let seed = 0; seed < 800; seed += 1) {
      const flags = block();
      equaliseUnion(plane, flags, 5, seededRandom(seed));
      expect(countOf(rowsOf(flags, 5))).toBe(5);
      expect(flags[12]).toBe(1);
      block().forEach((flag, cell) => {
        if (flag && !flags[cell]) shown.set(cell, (shown.get(cell) ?? 0) + 1);
      });
    }
    expect([...shown.keys()].sort((a, b) => a - b)).toEqual([6, 7, 8, 11, 13, 16, 17, 18]);
    // Half of 800, deviation 14.
    for (const times of shown.values()) expect(Math.abs(times - 400)).toBeLessThan(64);
  });
  it('takes the same cells in all slices of a tube, and another cell in some for what is left', () => {
    const grid = { slices: 3, rows: 4, columns: 4 };
    const tube = () => flagsOf(...Array.from({ length: 3 }, () => ['....', '.##.', '.##.', '....']).flat());
    for (let seed = 0; seed < 20; seed += 1) {
      const flags = tube();
      equaliseUnion(grid, flags, 3 * 7 + 2, seededRandom(seed));
      const [first, second, third] = [0, 1, 2].map((slice) => [
        ...flags.subarray(slice * 16, (slice + 1) * 16),
      ]);
      expect(first).toEqual(second);
      expect(first!.filter((flag, cell) => flag !== third![cell])).toHaveLength(1);
      expect(first!.reduce((sum, flag) => sum + flag, 0)).toBe(8);
    }
  });
  it('does not grow across the end of a row or of a slice', () => {
    const grid = { slices: 2, rows: 2, columns: 3 };
    const flags = flagsOf('..#', '...', '...', '...');
    equaliseUnion(grid, flags, 3, seededRandom(0));
    expect(rowsOf(flags, 3)).toEqual(['.##', '..#', '...', '...']);
  });
  it('goes on in other slices when the first is full', () => {
    const flags = flagsOf('#.', '..', '..', '..');
    equaliseUnion({ slices: 2, rows: 2, columns: 2 }, flags, 5, seededRandom(0));
    expect(rowsOf(flags, 2).slice(0, 2)).toEqual(['##', '##']);
    expect(countOf(rowsOf(flags, 2))).toBe(5);
  });
  it.each(['.', '#'])('draws the cells where all are %s', (sign) => {
    const counts = new Array<number>(6).fill(0);
    for (let seed = 0; seed < 600; seed += 1) {
      const flags = flagsOf(sign.repeat(6));
      equaliseUnion({ slices: 1, rows: 2, columns: 3 }, flags, 2, seededRandom(seed));
      expect(countOf(rowsOf(flags, 3))).toBe(2);
      flags.forEach((flag, cell) => {
        counts[cell]! += flag;
      });
    }
    // A third of 600, deviation 11.5.
    for (const times of counts) expect(Math.abs(times - 200)).toBeLessThan(52);
  });
});
