import { describe, expect, it } from 'vitest';
import { type PatchConfig, patchify, tokenGridOf, unpatchify } from './patchify.js';

/** Two frames of 2 x 2 pixels, each pixel a token of one pixel in two frames. */
const tiny: PatchConfig = { numFrames: 2, imageSize: 2, patchSize: 1, tubeletSize: 2 };

function counted(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256);
}

describe('patchify', () => {
  it('puts the pixels of both frames of a tubelet into one token, channel fastest', () => {
    const frames = Uint8Array.from({ length: 24 }, (_, i) => i);
    expect([...patchify(frames, tiny)]).toEqual([
      ...[0, 1, 2, 12, 13, 14],
      ...[3, 4, 5, 15, 16, 17],
      ...[6, 7, 8, 18, 19, 20],
      ...[9, 10, 11, 21, 22, 23],
    ]);
  });

  it('numbers tokens slice, row, column and pixels row, column', () => {
    // 4 frames of 4 x 4, tokens of 2 x 2 x 2: pixel value = frame * 16 + row * 4 + column in every channel.
    const config = { numFrames: 4, imageSize: 4, patchSize: 2, tubeletSize: 2 };
    const frames = Uint8Array.from({ length: 4 * 48 }, (_, i) => Math.floor(i / 3));
    const patches = patchify(frames, config);
    const token = (n: number) => [...patches.subarray(n * 24, n * 24 + 24)].filter((_, i) => i % 3 === 0);
    expect(tokenGridOf(config)).toEqual({ slices: 2, rows: 2, columns: 2 });
    expect(token(0)).toEqual([0, 1, 4, 5, 16, 17, 20, 21]);
    expect(token(3)).toEqual([10, 11, 14, 15, 26, 27, 30, 31]);
    expect(token(5)).toEqual([34, 35, 38, 39, 50, 51, 54, 55]);
  });

  it.each([
    { numFrames: 4, imageSize: 8, patchSize: 4, tubeletSize: 2 }, // four bytes at a time
    { numFrames: 3, imageSize: 9, patchSize: 3, tubeletSize: 1 }, // one byte at a time
  ])('is undone by unpatchify: %o', (config) => {
    const frames = counted(config.numFrames * config.imageSize ** 2 * 3);
    expect(unpatchify(patchify(frames, config), config)).toEqual(frames);
  });

  it('gives the same at every alignment of the frames', () => {
    const config = { numFrames: 2, imageSize: 8, patchSize: 4, tubeletSize: 2 };
    const frames = counted(2 * 64 * 3);
    const shifted = new Uint8Array(frames.length + 1);
    shifted.set(frames, 1);
    expect(patchify(shifted.subarray(1), config)).toEqual(patchify(frames, config));
  });

  it('refuses frames of another size', () => {
    expect(() => patchify(new Uint8Array(23), tiny)).toThrow(
      expect.objectContaining({ code: 'INPUT_SHAPE' }),
    );
    expect(() => unpatchify(new Uint8Array(25), tiny)).toThrow(
      'unpatchify, patches: expected 24 bytes (2 frames of 2 x 2 x 3), got 25 bytes.',
    );
    expect(() => patchify(new Uint8Array(24), { ...tiny, patchSize: 3 })).toThrow(
      'patchify, option imageSize: expected a multiple of patchSize (3), got 2.',
    );
  });
});
