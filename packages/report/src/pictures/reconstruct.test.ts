import { seededRandom, type TokenMask } from '@tgm/masking';
import { describe, expect, test } from 'vitest';
import { type ReconstructOptions, reconstruct } from './reconstruct.js';

// 2 slices of 2 x 2 patches; a token holds 2 frames x 2 x 2 pixels x 3 channels = 24 numbers.
const grid = { slices: 2, rows: 2, columns: 2 };
const size = { height: 4, width: 4, grid };

function maskOf(...masked: number[]): TokenMask {
  const visible = [0, 1, 2, 3, 4, 5, 6, 7].filter((token) => !masked.includes(token));
  return { grid, masked: Uint32Array.from(masked), visible: Uint32Array.from(visible) };
}

/** [T, H, W, 3] where `colour` says the channel's value of each pixel. */
function clip(colour: (t: number, y: number, x: number, channel: number) => number): Uint8Array {
  return Uint8Array.from({ length: 4 * 4 * 4 * 3 }, (_, i) =>
    colour(Math.floor(i / 48), Math.floor(i / 12) % 4, Math.floor(i / 3) % 4, i % 3),
  );
}

const at = (frames: Uint8Array, t: number, y: number, x: number) => [
  ...frames.subarray(((t * 4 + y) * 4 + x) * 3, ((t * 4 + y) * 4 + x) * 3 + 3),
];

describe('reconstruct', () => {
  test('keeps visible patches and fills a flat neighbourhood with its own colour', () => {
    const frames = clip((_t, _y, _x, channel) => [200, 100, 50][channel]!);
    const mask = maskOf(0, 7);
    const prediction = new Float32Array(2 * 24).fill(1.5); // deviation 0 all around: no effect
    expect(reconstruct({ frames, mask, prediction, ...size })).toEqual(frames);
  });

  test('weights neighbours by the inverse square of the distance', () => {
    // Token 0 masked. Visible by distance²: 1 and 2 and 4 at 1; 3, 5 and 6 at 2; 7 at 3. All flat, only token 1 has 90.
    const frames = clip((t, y, x) => (t < 2 && y < 2 && x >= 2 ? 90 : 0));
    const result = reconstruct({ frames, mask: maskOf(0), prediction: new Float32Array(24), ...size });
    const expected = Math.round(90 / (3 + 3 / 2 + 1 / 3));
    expect(at(result, 0, 0, 0)).toEqual([expected, expected, expected]);
    expect(at(result, 0, 0, 2)).toEqual([90, 90, 90]);
  });

  test('scales the prediction by the neighbours’ deviation, per channel, and clamps', () => {
    // Every patch: red alternates 90 and 110 along x (mean 100, unbiased deviation sqrt(800 / 7)), the rest is flat.
    const frames = clip((_t, _y, x, channel) => (channel === 0 ? 90 + 20 * (x % 2) : 30));
    const prediction = new Float32Array(24);
    prediction[0] = 2; // first pixel, red
    prediction[1] = 2; // first pixel, green: deviation 0
    prediction[3] = 1000;
    prediction[6] = -1000;
    const result = reconstruct({ frames, mask: maskOf(3), prediction, ...size });
    expect(at(result, 0, 2, 2)).toEqual([Math.round(100 + 2 * Math.sqrt(800 / 7)), 30, 30]);
    expect(at(result, 0, 2, 3)[0]).toBe(255);
    expect(at(result, 0, 3, 2)[0]).toBe(0);
  });

  test('does not read masked pixels', () => {
    const random = seededRandom('pixels');
    const frames = clip(() => Math.floor(256 * random()));
    const mask = maskOf(0, 1, 2, 5, 6);
    const prediction = Float32Array.from({ length: 5 * 24 }, () => 4 * random() - 2);
    const before = reconstruct({ frames, mask, prediction, ...size });
    const isMasked = (t: number, y: number, x: number) =>
      mask.masked.includes(Math.floor(t / 2) * 4 + Math.floor(y / 2) * 2 + Math.floor(x / 2));
    const changed = clip((t, y, x, c) => (isMasked(t, y, x) ? 255 : frames[((t * 4 + y) * 4 + x) * 3 + c]!));
    expect(changed).not.toEqual(frames);
    expect(reconstruct({ frames: changed, mask, prediction, ...size })).toEqual(before);
  });

  test('goes by the same and the neighbouring slices alone where they have something visible', () => {
    const frames = new Uint8Array(6 * 48);
    frames.fill(77, 4 * 48); // the last slice, two away
    const mask = { masked: Uint32Array.of(0, 1, 2, 3), visible: Uint32Array.of(4, 5, 6, 7, 8, 9, 10, 11) };
    const longer = { ...size, grid: { ...grid, slices: 3 } };
    const result = reconstruct({ frames, mask, prediction: new Float32Array(4 * 24), ...longer });
    expect(at(result, 0, 0, 0)).toEqual([0, 0, 0]);
  });

  test('falls back on all slices where the nearest have nothing visible', () => {
    const longer = { ...size, grid: { ...grid, slices: 3 } };
    const frames = new Uint8Array(6 * 48);
    frames.fill(77, 4 * 48); // the last slice
    const mask = {
      masked: Uint32Array.from({ length: 8 }, (_, i) => i),
      visible: Uint32Array.of(8, 9, 10, 11),
    };
    const result = reconstruct({ frames, mask, prediction: new Float32Array(8 * 24), ...longer });
    expect(result[0]).toBe(77);
  });

  test('un-normalises jointly, by one mean and deviation of all channels', () => {
    // Every patch: half of its 24 numbers are 90, half are 110. Mean 100, unbiased deviation sqrt(24 * 100 / 23).
    const frames = clip((_t, _y, x) => 90 + 20 * (x % 2));
    const prediction = new Float32Array(24);
    prediction[1] = -3; // first pixel, green
    const result = reconstruct({ frames, mask: maskOf(3), prediction, ...size, normalise: 'joint' });
    expect(at(result, 0, 2, 2)).toEqual([100, Math.round(100 - 3 * Math.sqrt(2400 / 23)), 100]);
  });

  test('shows pixels as they are predicted where they are not normalised', () => {
    const prediction = Float32Array.from({ length: 24 }, (_, i) => i / 24);
    const frames = clip(() => 7);
    const result = reconstruct({ frames, mask: maskOf(3), prediction, ...size, normalise: false });
    expect(at(result, 0, 2, 2)).toEqual([0, Math.round(255 / 24), Math.round(510 / 24)]);
    expect(at(result, 1, 3, 3)).toEqual([21, 22, 23].map((i) => Math.round((255 * i) / 24)));
  });

  test('leaves tokens grey that are neither visible nor asked for', () => {
    const mask = { visible: Uint32Array.of(1, 2, 3, 4, 5, 6), masked: Uint32Array.of(0) };
    const options = { frames: clip(() => 9), mask, prediction: new Float32Array(24), ...size };
    expect(at(reconstruct(options), 2, 2, 2)).toEqual([128, 128, 128]); // token 7
  });

  test('refuses what does not belong together', () => {
    const good = { frames: clip(() => 0), mask: maskOf(1), prediction: new Float32Array(24), ...size };
    const refused = (change: Partial<ReconstructOptions>) => () => reconstruct({ ...good, ...change });
    expect(refused({ prediction: new Float32Array(3) })).toThrow(/24 numbers, 24, got 3/);
    expect(refused({ frames: new Uint8Array(5) })).toThrow(/frames: expected frames of 4 x 4 x 3 bytes/);
    expect(refused({ grid: { ...grid, rows: 3 } })).toThrow(/height: expected a multiple of 3 rows, got 4/);
    expect(refused({ mask: maskOf(0, 1, 2, 3, 4, 5, 6, 7) })).toThrow(/24 numbers, 192/);
    expect(refused({ mask: { ...maskOf(), masked: Uint32Array.of(8) } })).toThrow(/tokens of 0 to 7, got 8/);
    expect(refused({ mask: { visible: new Uint32Array(0), masked: Uint32Array.of(1) } })).toThrow(
      /at least one/,
    );
    expect(() => reconstruct({ ...good, normalize: 'joint' } as never)).toThrow(/option normalize/);
  });
});
