import { describe, expect, it } from 'vitest';
import { denseIndices, denseViews, segmentIndices, segmentViews } from '../index.js';

describe('denseIndices', () => {
  it('centres the clip when there is no randomness', () => {
    // 4 frames 3 apart span 10; 20 - 10 = 10 spare frames, 5 before.
    expect(denseIndices({ frameCount: 20, count: 4, stride: 3 })).toEqual([5, 8, 11, 14]);
  });

  it('draws every start that fits and no other', () => {
    const starts = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const [start, , , end] = denseIndices({ frameCount: 13, count: 4, stride: 3, random: () => i / 100 });
      starts.add(start!);
      expect(end).toBe(start! + 9);
    }
    expect([...starts]).toEqual([0, 1, 2, 3]);
  });

  it('repeats the last reachable frame of a short video', () => {
    expect(denseIndices({ frameCount: 8, count: 5, stride: 3, random: () => 0.99 })).toEqual([0, 3, 6, 6, 6]);
    expect(denseIndices({ frameCount: 1, count: 3, stride: 4 })).toEqual([0, 0, 0]);
    expect(denseIndices({ frameCount: 10, count: 4, stride: 3 })).toEqual([0, 3, 6, 9]);
  });

  it.each([{ frameCount: 0 }, { count: 0 }, { stride: 0 }, { frameCount: 2.5 }])('refuses %j', (wrong) => {
    expect(() => denseIndices({ frameCount: 10, count: 2, stride: 2, ...wrong })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});

describe('denseViews', () => {
  it('spreads clips from the first frame to the last', () => {
    // 3 frames 2 apart span 5 of 14: starts from 0 to 9.
    expect(denseViews({ frameCount: 14, count: 3, stride: 2 }, 4)).toEqual([
      [0, 2, 4],
      [3, 5, 7],
      [6, 8, 10],
      [9, 11, 13],
    ]);
    expect(denseViews({ frameCount: 14, count: 3, stride: 2 }, 1)).toEqual([[4, 6, 8]]);
    expect(denseViews({ frameCount: 3, count: 3, stride: 2 }, 2)).toEqual([
      [0, 2, 2],
      [0, 2, 2],
    ]);
    expect(() => denseViews({ frameCount: 3, count: 3, stride: 2 }, 0)).toThrow(/clips/);
  });
});

describe('segmentIndices', () => {
  it('takes the middle of each segment', () => {
    expect(segmentIndices({ frameCount: 40, count: 4 })).toEqual([5, 15, 25, 35]);
    expect(segmentIndices({ frameCount: 3, count: 3 })).toEqual([0, 1, 2]);
    expect(segmentIndices({ frameCount: 2, count: 4 })).toEqual([0, 0, 1, 1]);
    expect(segmentIndices({ frameCount: 1, count: 2 })).toEqual([0, 0]);
  });

  it('draws a frame of each segment, every one of them and no other', () => {
    const seen = [new Set<number>(), new Set<number>(), new Set<number>()];
    for (let i = 0; i < 50; i++) {
      const drawn = segmentIndices({ frameCount: 12, count: 3, random: () => i / 50 });
      for (const [segment, frame] of drawn.entries()) seen[segment]!.add(frame);
    }
    expect(seen.map((frames) => [...frames])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
  });

  it('covers the video with several clips', () => {
    expect(segmentViews({ frameCount: 40, count: 4 }, 2)).toEqual([
      [2, 12, 22, 32],
      [7, 17, 27, 37],
    ]);
    expect(segmentViews({ frameCount: 40, count: 4 }, 1)).toEqual([
      segmentIndices({ frameCount: 40, count: 4 }),
    ]);
  });
});
