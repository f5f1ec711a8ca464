import { type Random, seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import type { ClipFlow } from '../flow/clip-flow.js';
import type { TokenGrid } from '../strategy.js';
import { tokensPerSlice } from '../token-grid.js';
import { flowGuidedMasking } from './flow-guided-masking.js';

/** Everything goes (x, y) samples from frame to frame. */
function pan(grid: TokenGrid, frameCount: number, samples: number, x: number, y: number): ClipFlow {
  const size = tokensPerSlice(grid) * samples ** 2;
  const along = (sign: number) =>
    Float32Array.from({ length: (frameCount - 1) * 2 * size }, (_, at) =>
      Math.floor(at / size) % 2 === 0 ? sign * x : sign * y,
    );
  return { frameCount, samples, backward: along(-1), forward: along(1) };
}

/** Draws the given numbers out of `total`, whatever is drawn: what `chooseIndices` makes of it is them. */
function drawing(chosen: readonly number[], total: number): Random {
  const pool = Array.from({ length: total }, (_, index) => index);
  let next = 0;
  return () => {
    const other = pool.indexOf(chosen[next]!);
    const draw = (other - next + 0.5) / (total - next);
    [pool[next], pool[other]] = [pool[other]!, pool[next]!];
    next += 1;
    return draw;
  };
}

describe('flowGuidedMasking', () => {
  // MGMAE's warp takes (W - 1) / W of the flow.
  const grid = { slices: 4, rows: 1, columns: 8 };
  const cell = 8 / 7;

  it('shows what it drew in the middle frame where the flow takes it, before and after (by hand)', () => {
    const flow = pan(grid, 4, 1, cell, 0);
    // 0.75 of 8: 2 are drawn in frame 2, and int(8 * 0.25) = 2 are visible.
    const mask = flowGuidedMasking({ ratio: 0.75 }).mask({
      grid,
      random: drawing([2, 5], 8),
      cues: { flow },
    });
    expect([...mask.visible]).toEqual([0, 3, 8 + 1, 8 + 4, 16 + 2, 16 + 5, 24 + 3, 24 + 6]);
  });

  it('walks to the earlier frames against the flow if asked for the released code (by hand)', () => {
    const mask = flowGuidedMasking({ ratio: 0.75, walk: 'released' }).mask({
      grid,
      random: drawing([2, 5], 8),
      cues: { flow: pan(grid, 4, 1, cell, 0) },
    });
    expect([...mask.visible]).toEqual([4, 7, 8 + 3, 8 + 6, 16 + 2, 16 + 5, 24 + 3, 24 + 6]);
  });

  it('sums over the frames and samples of a token', () => {
    // Two frames a slice, two samples a token: half a token a frame to the right.
    const flow = pan({ ...grid, slices: 2 }, 4, 2, 16 / 15, 0);
    const mask = flowGuidedMasking({ ratio: 0.875 }).mask({
      grid: { ...grid, slices: 2 },
      random: drawing([4], 8),
      cues: { flow },
    });
    // Cell 4 in frame 2, half a cell to the left in frame 1, all of one in frame 0.
    expect([...mask.visible]).toEqual([3, 8 + 4]);
  });

  it('counts as the released code does: 20 drawn and 19 visible of 14 x 14 at 0.9', () => {
    const large = { slices: 8, rows: 14, columns: 14 };
    let draws = 0;
    const random = seededRandom(0);
    const counted = () => {
      draws += 1;
      return random();
    };
    const flow = pan(large, 16, 2, 0.3, -0.2);
    const { visible } = flowGuidedMasking().mask({ grid: large, random: counted, cues: { flow } });
    expect(visible).toHaveLength(8 * 19);
    expect(draws).toBe(20);
    // One is left where the count of the code is none.
    const few = flowGuidedMasking({ ratio: 0.95 }).mask({
      grid,
      random: seededRandom(0),
      cues: { flow: pan(grid, 4, 1, 0, 0) },
    });
    expect(few.visible).toHaveLength(4);
  });

  it('refuses a flow of another size', () => {
    const refuses = (change: Partial<ClipFlow>, message: string) =>
      expect(() =>
        flowGuidedMasking().mask({
          grid,
          random: seededRandom(0),
          cues: { flow: { ...pan(grid, 4, 1, 0, 0), ...change } },
        }),
      ).toThrow(message);
    refuses({ frameCount: 3 }, 'cue flow: expected frames in a multiple of 4 slices, samples from 1, got');
    refuses({ samples: 0 }, 'frameCount 4, samples 0');
    refuses({ forward: new Float32Array(3) }, 'cue flow.forward: expected 48 values, got 3');
  });
});
