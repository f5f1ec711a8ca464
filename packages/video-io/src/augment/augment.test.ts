import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { flipClip, mixBatch, randomErasing, type VideoClip } from '../index.js';
import { beta } from './beta.js';

describe('flipClip', () => {
  it('mirrors pixels, vectors and what is known', () => {
    const clip: VideoClip = {
      frames: Uint8Array.from({ length: 2 * 1 * 3 * 3 }, (_, i) => i),
      times: new Float64Array(2),
      indices: new Uint32Array(2),
      motion: {
        origin: 'codec',
        rows: 1,
        columns: 3,
        cell: 1,
        vectors: Float32Array.from([1, 2, 0, 0, 3, -4, 5, 6, 0, 7, -8, 9]),
        known: Uint8Array.from([1, 0, 1, 1, 1, 0]),
      },
      geometry: {
        source: { width: 3, height: 1 },
        crop: { x: 0, y: 0, width: 3, height: 1 },
        size: { width: 3, height: 1 },
      },
    };
    const flipped = flipClip(clip);
    expect([...flipped.frames]).toEqual([6, 7, 8, 3, 4, 5, 0, 1, 2, 15, 16, 17, 12, 13, 14, 9, 10, 11]);
    expect([...flipped.motion!.vectors]).toEqual([-3, -4, 0, 0, -1, 2, 8, 9, 0, 7, -5, 6]);
    expect([...flipped.motion!.known]).toEqual([1, 0, 1, 0, 1, 1]);
  });
});

describe('randomErasing', () => {
  const size = { width: 40, height: 30 };
  it('puts normal noise into the same box of all frames', () => {
    const counts: number[] = [];
    const noise: number[] = [];
    for (let key = 0; key < 60; key++) {
      const frames = new Uint8Array(3 * 40 * 30 * 3).fill(255);
      randomErasing(frames, size, seededRandom('erase', key), { probability: 1 });
      const perFrame = [0, 1, 2].map((t) => boxOf(frames.subarray(t * 3600, (t + 1) * 3600)));
      expect(perFrame[1]).toEqual(perFrame[0]);
      expect(perFrame[2]).toEqual(perFrame[0]);
      const { left, right, top, bottom } = perFrame[0]!;
      counts.push(((right - left) * (bottom - top)) / 1200);
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) noise.push(frames[(y * 40 + x) * 3 + 1]!);
    }
    expect(Math.min(...counts)).toBeGreaterThan(0.015);
    expect(Math.max(...counts)).toBeLessThan(0.37);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length);
    // Green: 0.456 and 0.224 of 255, a little less spread since values end at 0 and 255.
    expect(mean).toBeGreaterThan(114);
    expect(mean).toBeLessThan(119);
    expect(deviation).toBeGreaterThan(53);
    expect(deviation).toBeLessThan(58);
  });

  it('leaves a share of the clips alone', () => {
    let changed = 0;
    for (let key = 0; key < 400; key++) {
      const frames = new Uint8Array(40 * 30 * 3).fill(255);
      randomErasing(frames, size, seededRandom('share', key));
      if (frames.some((value) => value !== 255)) changed++;
    }
    // 100 expected, standard deviation 8.7.
    expect(Math.abs(changed - 100)).toBeLessThan(35);
  });

  /** Where the picture is not white. */
  function boxOf(frame: Uint8Array) {
    const at = [...frame.keys()].filter((i) => frame[i] !== 255).map((i) => Math.floor(i / 3));
    const [xs, ys] = [at.map((i) => i % 40), at.map((i) => Math.floor(i / 40))];
    return {
      left: Math.min(...xs),
      right: Math.max(...xs) + 1,
      top: Math.min(...ys),
      bottom: Math.max(...ys) + 1,
    };
  }
});

describe('mixBatch', () => {
  const size = { width: 10, height: 8 };
  const clipLength = 2 * 10 * 8 * 3;
  const batch = (count: number) => ({
    ...size,
    count,
    pixels: Float32Array.from({ length: count * clipLength }, (_, i) => Math.floor(i / clipLength)),
    targets: Float32Array.from({ length: count * 3 }, (_, i) => (i % 3 === Math.floor(i / 3) ? 1 : 0)),
  });

  it('mixes pixels and targets in one proportion', () => {
    const mixed = batch(3);
    const kept = mixBatch(mixed, seededRandom('mix'), { cutmixShare: 0 });
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(1);
    for (const [clip, expected] of [2 - 2 * kept, 1, 2 * kept].entries()) {
      const own = mixed.pixels.subarray(clip * clipLength, (clip + 1) * clipLength);
      for (const value of own) expect(value).toBeCloseTo(expected, 5);
    }
    expect(mixed.targets[0]).toBeCloseTo(kept, 5);
    expect(mixed.targets[2]).toBeCloseTo(1 - kept, 5);
    expect([...mixed.targets.subarray(3, 6)]).toEqual([0, 1, 0]);
  });

  it('cuts one box out of all frames and counts what it took', () => {
    for (let key = 0; key < 50; key++) {
      const mixed = batch(2);
      const kept = mixBatch(mixed, seededRandom('cut', key), { cutmixShare: 1 });
      const foreign = [...mixed.pixels.subarray(0, clipLength)].map((value) => value === 1);
      expect(foreign.filter((is) => !is).length / clipLength).toBeCloseTo(kept, 6);
      expect(foreign.slice(clipLength / 2)).toEqual(foreign.slice(0, clipLength / 2));
      const other = [...mixed.pixels.subarray(clipLength)].map((value) => value === 0);
      expect(other).toEqual(foreign);
      expect(mixed.targets[1]).toBeCloseTo(1 - kept, 6);
    }
  });

  it('draws shares from the beta distribution', () => {
    for (const alpha of [0.1, 0.8, 1, 4]) {
      const random = seededRandom('beta', alpha);
      const draws = Array.from({ length: 20_000 }, () => beta(alpha, random));
      const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
      const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.012);
      // Variance of Beta(a, a): 1 / (4 (2 a + 1)).
      expect(variance * 4 * (2 * alpha + 1)).toBeGreaterThan(0.96);
      expect(variance * 4 * (2 * alpha + 1)).toBeLessThan(1.04);
      expect(draws.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('refuses arrays that do not fit', () => {
    expect(() => mixBatch({ ...batch(2), count: 3 }, () => 0)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
