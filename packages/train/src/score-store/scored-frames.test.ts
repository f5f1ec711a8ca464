import { expect, it } from 'vitest';
import { scoredFrames } from './scored-frames.js';

/** Ten frames a second. */
const times = Float64Array.from({ length: 20 }, (_, frame) => frame / 10);
const section = { first: 3, count: 8 }; // 3 to 10

it('takes every n-th frame of a section, and its last', () => {
  expect(scoredFrames({ every: 3 }, times, section)).toEqual([3, 6, 9, 10]);
  expect(scoredFrames({ every: 7 }, times, section)).toEqual([3, 10]);
  expect(scoredFrames({ every: 1 }, times, section)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  expect(scoredFrames({ every: 100 }, times, { first: 4, count: 1 })).toEqual([4]);
});

it('takes the frame on screen every so many seconds, and the last', () => {
  // From 0.3 s: 0.55 s shows frame 5, 0.8 s frame 8, 1.05 s frame 10, the last.
  expect(scoredFrames({ seconds: 0.25 }, times, section)).toEqual([3, 5, 8, 10]);
  expect(scoredFrames({ seconds: 0.1 }, times, section)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  expect(scoredFrames({ seconds: 9 }, times, section)).toEqual([3, 10]);
});

it('takes a picture that stays long on screen once', () => {
  const uneven = [0, 0.1, 0.2, 1.3, 1.4];
  // 0.25, 0.5, 0.75, 1 and 1.25 s all show frame 2.
  expect(scoredFrames({ seconds: 0.25 }, uneven, { first: 0, count: 5 })).toEqual([0, 2, 4]);
});
