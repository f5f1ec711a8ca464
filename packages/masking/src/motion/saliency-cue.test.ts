import { expect, it } from 'vitest';
import { textGuidedMasking } from '../strategies/text-guided-masking.js';
import { saliencyCue } from './saliency-cue.js';

const grid = { slices: 2, rows: 1, columns: 4 };
const motion = {
  vectors: Float32Array.of(...[1, 0, 1, 0, 1, 0, 5, 3], ...[0, 0, 0, 0, 0, 0, 0, 0]),
  known: new Uint8Array(8).fill(1),
};

it('is the mean of motion beside the camera and of the error, each over its 95th percentile in the slice (by hand)', () => {
  const error = Float32Array.of(...[20, 10, 0, 0], ...[0, 0.5, 0, 4]);
  const scores = saliencyCue({ motion, error, grid });
  // The camera goes (1, 0), so the last token goes (4, 3): 5, the most of four. Errors over 20, and over 4.
  expect([...scores]).toEqual([0.5, 0.25, 0, 0.5, 0, 0.0625, 0, 0.5]);
});

it('holds what is above the percentile at 1, and errors below a level of brightness for small', () => {
  const wide = { slices: 1, rows: 1, columns: 40 };
  const vectors = new Float32Array(80);
  for (let token = 37; token < 40; token += 1) vectors[token * 2] = token - 30;
  const error = new Float32Array(40).fill(0.25);
  const scores = saliencyCue({ motion: { vectors, known: new Uint8Array(40).fill(1) }, error, grid: wide });
  // 38 of 40 are at 7 or below: the 38th in ascending order is 7.
  expect([...scores.slice(36)]).toEqual([0.125, 0.625, 0.625, 0.625]);
});

it('makes scores by which the whole clip is ranked', () => {
  const error = Float32Array.of(...[20, 10, 0, 0], ...[0, 0.5, 0, 4]);
  const tokenScores = saliencyCue({ motion, error, grid });
  const { masked } = textGuidedMasking({ ratio: 0.375, per: 'clip' }).mask({
    grid,
    random: () => 0,
    cues: { tokenScores },
  });
  expect([...masked]).toEqual([0, 3, 7]);
});

it('refuses an error of another size', () => {
  expect(() => saliencyCue({ motion, error: new Float32Array(7), grid })).toThrow(
    expect.objectContaining({ code: 'CUE_WRONG_SIZE', where: 'saliencyCue, error' }),
  );
});
