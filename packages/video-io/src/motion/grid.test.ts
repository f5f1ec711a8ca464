import { AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4 } from 'node-av/constants';
import { describe, expect, it } from 'vitest';
import { tellsMotion } from './clip-motion.js';
import { type BlockVectors, blockVectors, visitBlocks } from './codec-vectors.js';
import { createMotionGrid } from './grid.js';
import { near, plan, record, vectors } from './motion-blocks.test-support.js';
import { createMotionTracker } from './motion-tracker.js';

describe('visitBlocks', () => {
  it('tells blocks by their corner and offsets in pixels', () => {
    const data = Buffer.concat([
      record({ source: -1, size: [16, 8], centre: [24, 12], offset: [-6, 3], scale: 4 }),
      record({ source: 1, size: [8, 16], centre: [-4, -8], offset: [1, 0], scale: 2 }),
    ]);
    const expected = [
      [16, 8, 16, 8, -1.5, 0.75, false],
      [-8, -16, 8, 16, 0.5, 0, true],
    ];
    // Wherever the bytes lie, and whatever is behind the last whole record.
    for (const shift of [0, 1]) {
      const shifted = Buffer.concat([Buffer.alloc(shift), data, Buffer.alloc(7)]).subarray(shift);
      const blocks: unknown[] = [];
      visitBlocks(blockVectors(shifted), (...block) => blocks.push(block));
      expect(blocks).toEqual(expected);
    }
  });
});

describe('createMotionGrid', () => {
  it('turns an offset into the past into a movement, through crop and scale', () => {
    // Coded x 8 to 40 and y 0 to 16 become 16 x 16: half as wide, as high as before.
    const grid = createMotionGrid(
      plan({ x: 8, y: 0, width: 32, height: 16 }, { width: 16, height: 16 }),
      1,
      8,
      'codec',
    );
    grid.put(0, vectors([[8, 0, 16, 8], -4, 2]), near);
    expect([...grid.field.known]).toEqual([1, 0, 0, 0]);
    expect([...grid.field.vectors.subarray(0, 2)]).toEqual([2, -2]);
  });

  it('weighs blocks by the area they cover, and leaves cells covered by less than half unknown', () => {
    const strip = plan({ x: 0, y: 0, width: 48, height: 8 }, { width: 48, height: 8 });
    const grid = createMotionGrid(strip, 1, 24, 'codec');
    // Cell 0: 16 of 24 columns at -3, 8 at 0. Cell 1: 8 of 24 columns.
    grid.put(0, vectors([[0, 0, 16, 8], 3, 0], [[16, 0, 8, 8], 0, 0], [[40, 0, 16, 8], 9, 9]), near);
    expect([...grid.field.known]).toEqual([1, 0]);
    expect([...grid.field.vectors]).toEqual([-2, 0, 0, 0]);
  });

  it('puts blocks where they lie in the crop, and what lies outside nowhere', () => {
    const square = { width: 24, height: 24 };
    const grid = createMotionGrid(plan({ x: 24, y: 16, ...square }, square), 1, 8, 'codec');
    const middle: [number, number, number, number] = [32, 24, 8, 8];
    grid.put(0, vectors([[8, 0, 24, 24], -1, 0], [middle, -2, 3], [[40, 32, 16, 16], 0, -4]), near);
    const none = [0, 0];
    expect([...grid.field.known]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...grid.field.vectors]).toEqual(
      [[1, 0], none, none, none, [2, -3], none, none, none, [0, 4]].flat(),
    );
  });

  it('counts a block with vectors to both sides once', () => {
    const strip = plan({ x: 0, y: 0, width: 24, height: 8 }, { width: 24, height: 8 });
    const grid = createMotionGrid(strip, 2, 24, 'codec');
    // A third of the columns, twice; then two thirds, whose vectors say 2 and 4 to the right.
    grid.put(0, vectors([[0, 0, 8, 8], -2, 0], [[0, 0, 8, 8], 2, 0, true]), near);
    grid.put(1, vectors([[0, 0, 16, 8], -2, 0], [[0, 0, 16, 8], 4, 0, true]), near);
    expect([...grid.field.known]).toEqual([0, 1]);
    expect([...grid.field.vectors]).toEqual([0, 0, 3, 0]);
  });

  it('turns with the picture', () => {
    // Clockwise: coded left is displayed top, and movement to the right becomes movement down.
    const clockwise = { transposed: true, flippedX: true };
    const grid = createMotionGrid(
      plan({ x: 0, y: 0, width: 16, height: 8 }, { width: 8, height: 16 }, clockwise),
      1,
      8,
      'codec',
    );
    grid.put(0, vectors([[0, 0, 8, 8], -3, -1]), near);
    expect([...grid.field.known]).toEqual([1, 0]);
    expect([...grid.field.vectors.subarray(0, 2)]).toEqual([-1, 3]);
  });
});

describe('createMotionTracker', () => {
  it('divides by the distance to the picture that a vector points to', () => {
    const grid = createMotionGrid(
      plan({ x: 0, y: 0, width: 8, height: 8 }, { width: 8, height: 8 }),
      4,
      8,
      'codec',
    );
    const tracker = createMotionTracker(grid, 4);
    // Everything moves 2 pixels right a frame. I B B P: B1 looks 1 back, B2 looks 1 ahead, P looks 3 back.
    const all: [number, number, number, number] = [0, 0, 8, 8];
    const picture = (index: number, number: number, references: number[], told: BlockVectors) => ({
      index,
      number,
      references,
      referenced: number < 2,
      luma: undefined,
      wanted: { slot: index, vectors: told },
    });
    tracker.push(picture(0, 0, [], vectors()));
    tracker.push(picture(1, 2, [1, 0], vectors([all, -2, 0], [all, 4, 0, true])));
    tracker.push(picture(2, 3, [1, 0], vectors([all, 2, 0, true])));
    expect(tracker.waiting).toBe(true);
    tracker.push(picture(3, 1, [0], vectors([all, -6, 0])));
    expect(tracker.waiting).toBe(false);
    expect([...grid.field.vectors]).toEqual([0, 0, 2, 0, 2, 0, 2, 0]);
    expect([...grid.field.known]).toEqual([0, 1, 1, 1]);
  });
});

describe('tellsMotion', () => {
  it('leaves out the B-frames of MPEG-4 part 2', () => {
    expect(tellsMotion(AV_CODEC_ID_MPEG4, true)).toBe(false);
    expect(tellsMotion(AV_CODEC_ID_MPEG4, false)).toBe(true);
    expect(tellsMotion(AV_CODEC_ID_H264, true)).toBe(true);
  });
});
