import { expect, test } from 'vitest';
import { colourHistogram } from './colour-histogram.js';
import { frameChanges } from './frame-changes.js';

test('colourHistogram shares out the pixels by fifths of each channel', () => {
  const { values, count, width } = colourHistogram([
    Uint8Array.of(0, 51, 255, 51, 52, 204, 0, 0, 0, 50, 50, 50),
    new Uint8Array(6).fill(255),
  ]);
  expect([count, width]).toEqual([2, 125]);
  const filled = (row: number) =>
    [...values.subarray(row * 125, (row + 1) * 125).entries()].filter(([, share]) => share > 0);
  // 51 / 256 * 5 = 0.996 is in the first fifth, 52 in the second; 204 in the fourth, 205 in the fifth.
  expect(filled(0)).toEqual(
    [
      [0, 0.5],
      [3 + 5, 0.25],
      [4, 0.25],
    ].sort((a, b) => a[0]! - b[0]!),
  );
  expect(filled(1)).toEqual([[124, 1]]);
});

test('frameChanges tells how far each number goes, up or down', () => {
  expect([...frameChanges(Uint8Array.of(0, 255, 7, 10, 0, 7, 4, 9, 8), 3)]).toEqual([10, 255, 0, 6, 9, 1]);
});
