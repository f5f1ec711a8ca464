import { type Field, nested, optional, optionTable, passing } from '@tgm/options';
import type { Random } from '@tgm/random';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import type { Rectangle, Size } from '../video.js';
import { viewCrops } from './view-crops.js';

export interface RandomResizedCropOptions {
  /** Least and largest area of the crop, as parts of the video's, in (0, 1]. Default 0.08 and 1. */
  readonly area?: readonly [number, number];
  /** Least and largest aspect, width over height. Default 3/4 and 4/3. */
  readonly aspect?: readonly [number, number];
}

const range = (most: number, what: string): Field<readonly [number, number]> =>
  passing(`[least, largest] ${what}`, (value): value is readonly [number, number] => {
    const [least, largest, ...more] = Array.isArray(value) ? value : [];
    return more.length === 0 && 0 < least && least <= largest && largest <= most;
  });

const FIELDS = {
  area: optional(range(1, 'above 0 and to 1'), [0.08, 1]),
  aspect: optional(range(Number.MAX_VALUE, 'above 0'), [3 / 4, 4 / 3]),
} satisfies Record<keyof RandomResizedCropOptions, unknown>;
const OPTIONS = optionTable('randomResizedCrop', FIELDS, VideoError);

/** The same options within those of a recipe. */
export const randomResizedCropOptions = (): Field<RandomResizedCropOptions> => nested(FIELDS);

const ARGUMENTS = optionTable(
  'randomResizedCrop',
  { source: fields.size(), random: fields.random() },
  VideoError,
);

/** Shapes tried before the centre is taken. */
const TRIES = 10;

/**
 * A crop for training (Inception; VideoMAE's fine-tuning): area uniform, aspect uniform in its logarithm, place uniform.
 * When no drawn shape fits into the video, the largest centred part whose aspect is allowed. Two draws a try, then two.
 *
 * @param source displayed size of the video.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function randomResizedCrop(
  source: Size,
  random: Random,
  options: RandomResizedCropOptions = {},
): Rectangle {
  const { area, aspect } = OPTIONS.check(options);
  ARGUMENTS.check({ source, random });
  const between = (from: number, to: number): number => from + (to - from) * random();
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const pixels = between(...area) * source.width * source.height;
    const ratio = Math.exp(between(Math.log(aspect[0]), Math.log(aspect[1])));
    const width = Math.round(Math.sqrt(pixels * ratio));
    const height = Math.round(Math.sqrt(pixels / ratio));
    if (width < 1 || height < 1 || width > source.width || height > source.height) continue;
    return {
      x: Math.floor(random() * (source.width - width + 1)),
      y: Math.floor(random() * (source.height - height + 1)),
      width,
      height,
    };
  }
  const own = source.width / source.height;
  const allowed = Math.min(Math.max(own, aspect[0]), aspect[1]);
  return viewCrops(source, { width: allowed, height: 1 }, 1)[0]!;
}
