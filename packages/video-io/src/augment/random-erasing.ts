import { type Field, nested, number, optional, optionTable } from '@tgm/options';
import { normal, type Random } from '@tgm/random';
import { VideoError } from '../errors.js';
import type { Size } from '../video.js';
import { requireFrames } from './require-frames.js';

export interface RandomErasingOptions {
  /** Chance that a clip is changed, 0-1. Default 0.25 (VideoMAE's fine-tuning). */
  readonly probability?: number;
}

const FIELDS = { probability: optional(number({ from: 0, to: 1 }), 0.25) } satisfies Record<
  keyof RandomErasingOptions,
  unknown
>;
const OPTIONS = optionTable('randomErasing', FIELDS, VideoError);

/** The same options within those of a recipe. */
export const randomErasingOptions = (): Field<RandomErasingOptions> => nested(FIELDS);

/** Least and largest area of the box, as parts of the picture's; least and largest aspect (Zhong et al. 2020). */
const AREA = [0.02, 1 / 3] as const;
const ASPECT = [0.3, 1 / 0.3] as const;

/** Boxes tried before the clip is left as it is. */
const TRIES = 10;

/** ImageNet's mean and deviation of each channel, 0-255: what the erased pixels look like once they are normalised. */
const MEAN = [0.485 * 255, 0.456 * 255, 0.406 * 255] as const;
const DEVIATION = [0.229 * 255, 0.224 * 255, 0.225 * 255] as const;

/**
 * Puts noise into a box, the same box in all frames, in place (random erasing, Zhong et al. 2020, per pixel as in timm):
 * normal noise around ImageNet's mean, so that it is standard normal noise for the model.
 *
 * @param frames [T, height, width, 3] RGB, 0-255.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function randomErasing(
  frames: Uint8Array,
  size: Size,
  random: Random,
  options: RandomErasingOptions = {},
): void {
  const { probability } = OPTIONS.check(options);
  requireFrames('randomErasing', frames, size, random);
  const { width, height } = size;
  if (random() >= probability) return;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = (AREA[0] + (AREA[1] - AREA[0]) * random()) * width * height;
    const aspect = ASPECT[0] * (ASPECT[1] / ASPECT[0]) ** random();
    const rows = Math.round(Math.sqrt(area * aspect));
    const columns = Math.round(Math.sqrt(area / aspect));
    if (rows < 1 || columns < 1 || rows >= height || columns >= width) continue;
    const top = Math.floor(random() * (height - rows + 1));
    const left = Math.floor(random() * (width - columns + 1));
    for (let frame = 0; frame < frames.length; frame += width * height * 3) {
      for (let y = top; y < top + rows; y++) {
        const row = frame + (y * width + left) * 3;
        for (let at = row; at < row + columns * 3; at++) {
          const channel = (at - row) % 3;
          frames[at] = clampToByte(MEAN[channel]! + DEVIATION[channel]! * normal(random));
        }
      }
    }
    return;
  }
}

function clampToByte(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), 255);
}
