import { describe, expect, it } from 'vitest';
import { denseIndices, uniformIndices } from './index.js';

describe('denseIndices', () => {
  it('centres the clip when there is no randomness', () => {
    // 4 frames 3 apart span 10; 20 - 10 = 10 spare frames, 5 before.
    expect(denseIndices({ frames: 20, count: 4, stride: 3 })).toEqual([5, 8, 11, 14]);
  });

  it('draws every start that fits and no other', () => {
    const starts = new Set<number>();
    for (let i = 0; i < 100; i++) {
      const [start, , , end] = denseIndices({ frames: 13, count: 4, stride: 3, random: () => i / 100 });
      starts.add(start!);
      expect(end).toBe(start! + 9);
    }
    expect([...starts]).toEqual([0, 1, 2, 3]);
  });

  it('repeats the last reachable frame of a short video', () => {
    expect(denseIndices({ frames: 8, count: 5, stride: 3, random: () => 0.99 })).toEqual([0, 3, 6, 6, 6]);
    expect(denseIndices({ frames: 1, count: 3, stride: 4 })).toEqual([0, 0, 0]);
    expect(denseIndices({ frames: 10, count: 4, stride: 3 })).toEqual([0, 3, 6, 9]);
  });

  it.each([{ frames: 0 }, { count: 0 }, { stride: 0 }, { frames: 2.5 }])('refuses %j', (wrong) => {
    expect(() => denseIndices({ frames: 10, count: 2, stride: 2, ...wrong })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
    );
  });
});

describe('uniformIndices', () => {
  it('takes the middle of each segment', () => {
    expect(uniformIndices({ frames: 40, count: 4 })).toEqual([5, 15, 25, 35]);
    expect(uniformIndices({ frames: 3, count: 3 })).toEqual([0, 1, 2]);
    expect(uniformIndices({ frames: 2, count: 4 })).toEqual([0, 0, 1, 1]);
    expect(uniformIndices({ frames: 1, count: 2 })).toEqual([0, 0]);
  });
});
