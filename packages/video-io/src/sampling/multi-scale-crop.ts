import { optionTable } from '@tgm/options';
import { type Random, uniformIndex } from '@tgm/random';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import type { Rectangle, Size } from '../video.js';

/** Sides that a crop may have, as parts of the shorter side. */
const SCALES = [1, 0.875, 0.75, 0.66] as const;

/** How many places of `SCALES` the width may be away from the height. */
const MAX_DISTORTION = 1;

/** Where a crop may lie, in quarters of the room beside it: corners, centre, edges' middles, quarter points. */
const PLACES = [
  [0, 0],
  [4, 0],
  [0, 4],
  [4, 4],
  [2, 2],
  [0, 2],
  [4, 2],
  [2, 4],
  [2, 0],
  [1, 1],
  [3, 1],
  [1, 3],
  [3, 3],
] as const;

const ARGUMENTS = optionTable(
  'multiScaleCrop',
  { source: fields.size(), random: fields.random() },
  VideoError,
);

/**
 * A crop for training (TSN; VideoMAE's pre-training augmentation): width and height are drawn from a few parts of the
 * shorter side, at most one step apart, the place from thirteen fixed ones. The clip is then scaled to its size, which
 * distorts it a little. Two draws.
 *
 * @param source displayed size of the video.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function multiScaleCrop(source: Size, random: Random): Rectangle {
  ARGUMENTS.check({ source, random });
  const shorter = Math.min(source.width, source.height);
  const sizes = SCALES.flatMap((high, row) =>
    SCALES.filter((_, column) => Math.abs(row - column) <= MAX_DISTORTION).map((wide) => ({
      width: Math.floor(wide * shorter),
      height: Math.floor(high * shorter),
    })),
  );
  const { width, height } = sizes[uniformIndex(sizes.length, random)]!;
  const [across, down] = PLACES[uniformIndex(PLACES.length, random)]!;
  return {
    x: Math.floor((source.width - width) / 4) * across,
    y: Math.floor((source.height - height) / 4) * down,
    width,
    height,
  };
}
