import { describe, expect, it } from 'vitest';
import { InputShapeError } from './errors.js';
import { IMAGENET_PIXELS, tokensOf, UNIT_PIXELS } from './pixels.js';

describe('tokensOf', () => {
  const patches = Uint8Array.of(0, 51, 255, 102, 204, 153); // two tokens of one pixel

  it('scales pixels to [0, 1]', () => {
    const tokens = tokensOf(patches, [1, 0], 3, UNIT_PIXELS);
    expect([...tokens].map((value) => Number(value.toFixed(6)))).toEqual([0.4, 0.8, 0.6, 0, 0.2, 1]);
  });

  it('normalises each channel with its own mean and deviation', () => {
    const tokens = tokensOf(patches, [0], 3, IMAGENET_PIXELS);
    // (0 - .485) / .229, (.2 - .456) / .224, (1 - .406) / .225
    expect(tokens[0]).toBeCloseTo(-2.117904, 5);
    expect(tokens[1]).toBeCloseTo(-1.142857, 5);
    expect(tokens[2]).toBeCloseTo(2.64, 5);
  });

  it('fills its place in a batch and nothing else', () => {
    const batch = new Float32Array(9).fill(-1);
    expect(tokensOf(patches, new Uint32Array([1]), 3, UNIT_PIXELS, batch, 3)).toBe(batch);
    expect([...batch].map((value) => Number(value.toFixed(6)))).toEqual([
      -1, -1, -1, 0.4, 0.8, 0.6, -1, -1, -1,
    ]);
  });

  it('refuses tokens that are not there and arrays without room', () => {
    expect(() => tokensOf(patches, [0, 2], 3, UNIT_PIXELS)).toThrow(
      'tokensOf: indices must be 0 to 1, got 2.',
    );
    expect(() => tokensOf(patches, [-1], 3, UNIT_PIXELS)).toThrow(InputShapeError);
    expect(() => tokensOf(patches, [0, 1], 3, UNIT_PIXELS, new Float32Array(8), 3)).toThrow(
      'tokensOf: into must be room for 2 x 3, got room for 5.',
    );
  });
});
