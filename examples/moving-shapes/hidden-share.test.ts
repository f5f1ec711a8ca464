import { expect, test } from 'vitest';
import { hiddenShare, tokenCoverage } from './index.js';
import { COVERAGE_CELLS } from './world.js';

const grid = { slices: 1, rows: 1, columns: 5 };
const maskOf = (...masked: number[]) => ({
  grid,
  masked: Uint32Array.from(masked),
  visible: Uint32Array.from([0, 1, 2, 3, 4].filter((token) => !masked.includes(token))),
});

test('hiddenShare counts tokens with more than 5 % of the object, and its pixels', () => {
  const coverage = Float32Array.of(0, 0.04, 0.06, 0.9, 1);
  const share = hiddenShare(maskOf(0, 1, 3), coverage)!;
  expect(share.tokens).toBeCloseTo(1 / 3);
  expect(share.pixels).toBeCloseTo(0.94 / 2);
  expect(hiddenShare(maskOf(2, 3, 4), coverage)!.tokens).toBe(1);
  expect(hiddenShare(maskOf(2), Float32Array.of(0, 0, 0.04, 0, 0))).toBeUndefined();
});

test('tokenCoverage is the mean over the frames of a token', () => {
  const cells = COVERAGE_CELLS ** 2;
  const frames = new Float32Array(4 * cells);
  frames[3] = 0.5; // first frame
  frames[cells + 3] = 1; // second
  frames[2 * cells] = 0.2; // third
  const tokens = tokenCoverage(frames, 2);
  expect(tokens).toHaveLength(2 * cells);
  expect(tokens[3]).toBeCloseTo(0.75);
  expect(tokens[cells]).toBeCloseTo(0.1);
  expect(tokens.filter((share) => share > 0)).toHaveLength(2);
});
