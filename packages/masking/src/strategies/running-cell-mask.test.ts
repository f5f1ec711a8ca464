import { describe, expect, it } from 'vitest';
import { runningCellMask } from './running-cell-mask.js';

describe('runningCellMask', () => {
  const grid = { slices: 3, rows: 2, columns: 4 };

  it('runs around blocks of 2 x 2 from slice to slice', () => {
    const { masked, visible } = runningCellMask(grid, 0.5, 0);
    // Slices of two rows of four; cells 3 and 0 of each block, then 2 and 3, then 1 and 2.
    expect([...masked]).toEqual([0, 2, 5, 7, 12, 13, 14, 15, 17, 19, 20, 22]);
    expect([...visible]).toEqual([1, 3, 4, 6, 8, 9, 10, 11, 16, 18, 21, 23]);
  });

  it('masks each token in half of the four phases', () => {
    const times = new Array(24).fill(0);
    for (const phase of [0, 1, 2, 3]) {
      for (const token of runningCellMask(grid, 0.5, phase).masked) times[token] += 1;
    }
    expect(times).toEqual(new Array(24).fill(2));
  });

  it('masks a quarter and three quarters', () => {
    expect(runningCellMask(grid, 0.25, 0).masked.length).toBe(6);
    expect(runningCellMask(grid, 0.99, 0).masked.length).toBe(18);
  });

  it.each([
    ['OPTION_INVALID', grid, 0.2, 0],
    ['OPTION_INVALID', grid, 1, 0],
    ['OPTION_INVALID', grid, Number.NaN, 0],
    ['GRID_INVALID', { ...grid, rows: 3 }, 0.5, 0],
    ['GRID_INVALID', { ...grid, columns: 3 }, 0.5, 0],
    ['GRID_INVALID', { ...grid, slices: 0 }, 0.5, 0],
    ['OPTION_INVALID', grid, 0.5, 4],
    ['OPTION_INVALID', grid, 0.5, 0.5],
  ])('throws %s', (code, given, ratio, phase) => {
    expect(() => runningCellMask(given, ratio, phase)).toThrow(expect.objectContaining({ code }));
  });
});
