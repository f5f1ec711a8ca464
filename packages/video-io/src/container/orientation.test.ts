import { describe, expect, it } from 'vitest';
import { centredCrop, planCrop } from '../decode/crop.js';
import { describeOrientation, readOrientation } from './orientation.js';

/** a b c d of a display matrix, as the container stores it. */
function matrix(a: number, b: number, c: number, d: number): Buffer {
  const bytes = Buffer.alloc(36);
  for (const [offset, value] of [
    [0, a],
    [4, b],
    [12, c],
    [16, d],
  ] as const)
    bytes.writeInt32LE(value * 65536, offset);
  bytes.writeInt32LE(1 << 30, 32);
  return bytes;
}

describe('readOrientation', () => {
  // Turning clockwise by 90 degrees takes right to down and down to left: x' = -y, y' = x.
  it.each([
    [matrix(1, 0, 0, 1), 0, false],
    [matrix(0, 1, -1, 0), 90, false],
    [matrix(-1, 0, 0, -1), 180, false],
    [matrix(0, -1, 1, 0), 270, false],
    [matrix(-1, 0, 0, 1), 0, true],
    [matrix(1, 0, 0, -1), 180, true],
    // Mirrored, then 90 degrees clockwise: x' = -y, y' = -x.
    [matrix(0, -1, -1, 0), 90, true],
    [matrix(0, 1, 1, 0), 270, true],
    [null, 0, false],
  ])('reads %#', (bytes, rotation, mirrored) => {
    expect(describeOrientation(readOrientation(bytes))).toEqual({ rotation, mirrored });
  });
});

describe('planCrop', () => {
  const size = { width: 50, height: 50 };

  it('takes the largest centred part of the aspect', () => {
    expect(centredCrop({ width: 200, height: 100 }, { width: 10, height: 10 })).toEqual({
      x: 50,
      y: 0,
      width: 100,
      height: 100,
    });
  });

  it('undoes a clockwise turn: displayed top right is coded top left', () => {
    const orientation = readOrientation(matrix(0, 1, -1, 0));
    const frame = { size: { width: 200, height: 100 }, pixelAspect: 1, orientation };
    const crop = { x: 60, y: 0, width: 40, height: 20 };
    const plan = planCrop(frame, { width: 40, height: 20 }, crop, 'x');
    expect(plan.geometry.source).toEqual({ width: 100, height: 200 });
    expect(plan.coded).toEqual({ x: 0, y: 0, width: 20, height: 40 });
    expect(plan.geometry.crop).toEqual(crop);
  });

  // Coded pixels 25 to 75, each to the nearest even one: 26 to 76.
  it('counts in displayed pixels where coded ones are not square', () => {
    const orientation = readOrientation(null);
    const frame = { size: { width: 100, height: 100 }, pixelAspect: 2, orientation };
    const plan = planCrop(frame, size, undefined, 'x');
    expect(plan.geometry).toEqual({
      source: { width: 200, height: 100 },
      crop: { x: 52, y: 0, width: 100, height: 100 },
      size,
    });
    expect(plan.coded).toEqual({ x: 26, y: 0, width: 50, height: 100 });
  });

  it('keeps odd edges', () => {
    const frame = { size: { width: 31, height: 31 }, pixelAspect: 1, orientation: readOrientation(null) };
    expect(planCrop(frame, size, undefined, 'x').coded).toEqual({ x: 0, y: 0, width: 31, height: 31 });
  });

  it('takes at least two coded pixels, inside the frame', () => {
    const frame = { size: { width: 32, height: 32 }, pixelAspect: 1, orientation: readOrientation(null) };
    const crop = { x: 31.5, y: 3, width: 0.5, height: 0.5 };
    expect(planCrop(frame, size, crop, 'x').coded).toEqual({ x: 30, y: 4, width: 2, height: 2 });
  });
});
