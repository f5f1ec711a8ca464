import { describe, expect, it } from 'vitest';
import { frameTokens } from './frame-tokens.js';
import { patchify } from './patchify.js';
import { IMAGENET_PIXELS, UNIT_PIXELS } from './pixels.js';

const rounded = (values: Float32Array) => [...values].map((value) => Number(value.toFixed(6)));

describe('frameTokens', () => {
  /** One frame of two pixels side by side would be no square: two frames of one pixel, two tokens. */
  const config = { numFrames: 2, imageSize: 1, patchSize: 1, tubeletSize: 1 };
  const frames = Uint8Array.of(0, 51, 255, 102, 204, 153);

  it('scales pixels to [0, 1]', () => {
    expect(rounded(frameTokens(frames, config, [1, 0], UNIT_PIXELS))).toEqual([0.4, 0.8, 0.6, 0, 0.2, 1]);
  });

  it('normalises each channel with its own mean and deviation', () => {
    const tokens = frameTokens(frames, config, [0], IMAGENET_PIXELS);
    // (0 - .485) / .229, (.2 - .456) / .224, (1 - .406) / .225
    expect(tokens[0]).toBeCloseTo(-2.117904, 5);
    expect(tokens[1]).toBeCloseTo(-1.142857, 5);
    expect(tokens[2]).toBeCloseTo(2.64, 5);
  });

  it('reads the first frames of each tubelet alone where it is told to', () => {
    const config = { numFrames: 4, imageSize: 2, patchSize: 1, tubeletSize: 2, readFrames: 1 };
    // Pixels of 10 times the frame's number and 1 for each place.
    const clip = Uint8Array.from(
      { length: 48 },
      (_, i) => 10 * Math.floor(i / 12) + Math.floor((i % 12) / 3),
    );
    const into = new Float32Array(9).fill(-1);
    frameTokens(clip, config, [6, 1], UNIT_PIXELS, into, 3);
    const [low, high] = [1, 22].map((value) => Math.fround(value / 255)); // place 1 of frame 0, place 2 of frame 2
    expect([...into]).toEqual([-1, -1, -1, high, high, high, low, low, low]);
    expect(frameTokens(clip, config, [6, 1], UNIT_PIXELS)).toEqual(into.subarray(3));
    expect(() => frameTokens(clip, { ...config, readFrames: 3 }, [0], UNIT_PIXELS)).toThrow(
      'readFrames: expected a whole number from 1 to 2, got 3',
    );
  });

  it('reads the pixels that patchify puts together', () => {
    const config = { numFrames: 4, imageSize: 6, patchSize: 3, tubeletSize: 2 };
    const clip = Uint8Array.from({ length: 4 * 6 * 6 * 3 }, (_, i) => (i * 37) % 256);
    const patches = patchify(clip, config); // [8, 54]
    const tokens = frameTokens(clip, config, [0, 3, 6], UNIT_PIXELS);
    const expected = [0, 3, 6].flatMap((token) => [...patches.subarray(token * 54, (token + 1) * 54)]);
    expect([...tokens].map((value) => Math.round(value * 255))).toEqual(expected);
  });

  it('fills its place in a batch and nothing else', () => {
    const batch = new Float32Array(9).fill(-1);
    expect(frameTokens(frames, config, new Uint32Array([1]), UNIT_PIXELS, batch, 3)).toBe(batch);
    expect(rounded(batch)).toEqual([-1, -1, -1, 0.4, 0.8, 0.6, -1, -1, -1]);
  });

  it('refuses tokens that are not there, frames of another size and arrays without room', () => {
    expect(() => frameTokens(frames, config, [0, 2], UNIT_PIXELS)).toThrow('0 to 1, got 2');
    expect(() => frameTokens(frames, config, [-1], UNIT_PIXELS)).toThrow(
      expect.objectContaining({ code: 'INPUT_SHAPE' }),
    );
    expect(() => frameTokens(frames.subarray(1), config, [0], UNIT_PIXELS)).toThrow('6 bytes, got 5 bytes');
    expect(() => frameTokens(frames, config, [0, 1], UNIT_PIXELS, new Float32Array(8), 3)).toThrow(
      'room for 2 x 3, got room for 5',
    );
  });
});
