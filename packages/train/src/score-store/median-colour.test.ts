import { expect, it } from 'vitest';
import { colourCounts } from './median-colour.js';

it('is the lower median of each channel over all that was added', () => {
  const counts = colourCounts();
  counts.add(Uint8Array.of(0, 10, 255, 200, 20, 255));
  expect(counts.median()).toEqual([0, 10, 255]);
  counts.add(Uint8Array.of(100, 0, 0));
  expect(counts.median()).toEqual([100, 10, 255]);
});
