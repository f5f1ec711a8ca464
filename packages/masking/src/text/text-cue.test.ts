import { normal, seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { textGuidedMasking } from '../strategies/text-guided-masking.js';
import { tokenCount } from '../token-grid.js';
import { similarityMaps, textCue } from './text-cue.js';

describe('textCue', () => {
  const grid = { slices: 1, rows: 1, columns: 2 };
  /** Two frames of two patches of width 2. */
  const patches = {
    values: Float32Array.of(1, 0, 0, 1, /* frame 1 */ 0.6, 0.8, -1, 0),
    frameCount: 2,
    rows: 1,
    columns: 2,
    width: 2,
  };
  const textEmbedding = Float32Array.of(1, 0);
  const rounded = (values: Float32Array) => [...values].map((value) => Math.round(value * 1e6) / 1e6);

  it('gives cosines, also of vectors that are not normalised', () => {
    expect(rounded(similarityMaps(patches, textEmbedding))).toEqual([1, 0, 0.6, -1]);
    const long = { ...patches, values: patches.values.map((value) => value * 3) };
    expect(rounded(similarityMaps(long, Float32Array.of(5, 0)))).toEqual([1, 0, 0.6, -1]);
  });
  it('reduces the frames of a tubelet', () => {
    expect(rounded(textCue({ patches, textEmbedding, grid }))).toEqual([0.8, -0.5]);
    expect(rounded(textCue({ patches, textEmbedding, grid, tubelet: 'first' }))).toEqual([1, 0]);
    expect(rounded(textCue({ patches, textEmbedding, grid, tubelet: 'max' }))).toEqual([1, 0]);
  });
  it('keeps the slices apart and resamples each map', () => {
    const scores = textCue({ patches, textEmbedding, grid: { slices: 2, rows: 1, columns: 4 } });
    expect(rounded(scores)).toEqual([1, 0.75, 0.25, 0, 0.6, 0.2, -0.6, -1]);
  });
  it('refuses frames that do not fit, vectors of another width, and a zero vector', () => {
    const fails = (change: object, code: string) =>
      expect(() => textCue({ patches, textEmbedding, grid, ...change })).toThrow(
        expect.objectContaining({ code }),
      );
    fails({ grid: { slices: 4, rows: 1, columns: 2 } }, 'GRID_INVALID');
    fails({ textEmbedding: Float32Array.of(1, 0, 0) }, 'CUE_WRONG_SIZE');
    fails({ patches: { ...patches, frameCount: 4 } }, 'CUE_WRONG_SIZE');
    fails({ textEmbedding: Float32Array.of(0, 0) }, 'CUE_NOT_FINITE');
  });
  it('hides a planted object and shows it under the bottom control', () => {
    const clip = { slices: 4, rows: 8, columns: 8 };
    const random = seededRandom('object');
    const caption = Float32Array.from({ length: 16 }, () => normal(random));
    const onObject = (frame: number, row: number, column: number) =>
      row >= 2 && row < 4 && column >= frame >> 1 && column < (frame >> 1) + 3;
    const values = new Float32Array(8 * 4 * 4 * 16);
    const planted = new Set<number>();
    for (let at = 0; at < 8 * 4 * 4; at += 1) {
      const frame = at >> 4;
      const [row, column] = [(at >> 2) & 3, at & 3];
      for (let part = 0; part < 16; part += 1) {
        const strength = onObject(frame, row * 2, column * 2) ? 1 : 0;
        values[at * 16 + part] = strength * caption[part]! + normal(random);
      }
    }
    for (let token = 0; token < tokenCount(clip); token += 1) {
      const [slice, row, column] = [token >> 6, (token >> 3) & 7, token & 7];
      if (onObject(slice * 2, row & ~1, column & ~1)) planted.add(token);
    }
    const scores = textCue({
      patches: { values, frameCount: 8, rows: 4, columns: 4, width: 16 },
      textEmbedding: caption,
      grid: clip,
    });
    const share = (select: 'top' | 'bottom') => {
      const { masked } = textGuidedMasking({ ratio: 0.5, select }).mask({
        grid: clip,
        random,
        cues: { tokenScores: scores },
      });
      return masked.filter((token) => planted.has(token)).length / planted.size;
    };
    expect(share('top')).toBeGreaterThan(0.95);
    expect(share('bottom')).toBeLessThan(0.05);
  });
});
