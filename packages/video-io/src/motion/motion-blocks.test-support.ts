import type { CropPlan } from '../decode/crop.js';
import type { Rectangle, Size } from '../video.js';
import { type BlockVectors, blockVectors } from './codec-vectors.js';
import type { DistanceOf } from './reference-choice.js';

/** A vector as FFmpeg tells it. */
export function record(fields: {
  source: number;
  size: [number, number];
  centre: [number, number];
  offset: [number, number];
  scale: number;
}) {
  const bytes = Buffer.alloc(40);
  bytes.writeInt32LE(fields.source, 0);
  bytes.set(fields.size, 4);
  bytes.writeInt16LE(fields.centre[0], 10);
  bytes.writeInt16LE(fields.centre[1], 12);
  bytes.writeInt32LE(fields.offset[0], 24);
  bytes.writeInt32LE(fields.offset[1], 28);
  bytes.writeUInt16LE(fields.scale, 32);
  return bytes;
}

/** Blocks [left, top, width, height], offset x and y, and whether the reference comes later. */
export function vectors(
  ...rows: [block: [number, number, number, number], x: number, y: number, forward?: boolean][]
): BlockVectors {
  const records = rows.map(([[left, top, width, height], x, y, forward]) =>
    record({
      source: forward ? 1 : -1,
      size: [width, height],
      centre: [left + width / 2, top + height / 2],
      offset: [x, y],
      scale: 1,
    }),
  );
  return blockVectors(Buffer.concat(records));
}

export function plan(coded: Rectangle, size: Size, turn: Partial<CropPlan['orientation']> = {}): CropPlan {
  const orientation = { transposed: false, flippedX: false, flippedY: false, ...turn };
  return { coded, orientation, geometry: { source: size, crop: coded, size } };
}

/** Every vector points to the next picture on its side. */
export const near: DistanceOf = (_left, _top, _width, _height, _x, _y, forward) => (forward ? -1 : 1);
