import { type Field, nested, number, optional, optionTable } from '@tgm/options';
import { chooseIndices, type Random } from '@tgm/random';
import { VideoError } from '../errors.js';
import type { Size } from '../video.js';
import { brightness, colour, contrast } from './colour-changes.js';
import { gaussianBlur } from './gaussian-blur.js';
import { hue } from './hue.js';
import { requireFrames } from './require-frames.js';

/** Defaults are SimCLR's at strength 1 (Chen et al. 2020, appendix A). MoCo v2 has 0.4, 0.4, 0.4 and 0.1 of hue. */
export interface ColourJitterOptions {
  /** Chance that brightness, contrast, saturation and hue are changed, 0-1. Default 0.8. */
  readonly probability?: number;
  /** The factor is drawn from max(0, 1 - brightness) to 1 + brightness. Default 0.8. */
  readonly brightness?: number;
  /** Likewise. Default 0.8. */
  readonly contrast?: number;
  /** Likewise. Default 0.8. */
  readonly saturation?: number;
  /** Colours are turned by up to this part of a full turn either way, 0-0.5. Default 0.2. */
  readonly hue?: number;
  /** Chance that colours become greys, 0-1. Default 0.2. */
  readonly grey?: number;
  /** Chance of a Gaussian blur, 0-1. Its sigma is 0.1 to 2 pixels of a picture with a shorter side of 224. Default 0.5. */
  readonly blur?: number;
}

const share = number({ from: 0, to: 1 });
const strength = number({ from: 0 });
const FIELDS = {
  probability: optional(share, 0.8),
  brightness: optional(strength, 0.8),
  contrast: optional(strength, 0.8),
  saturation: optional(strength, 0.8),
  hue: optional(number({ from: 0, to: 0.5 }), 0.2),
  grey: optional(share, 0.2),
  blur: optional(share, 0.5),
} satisfies Record<keyof ColourJitterOptions, unknown>;
const OPTIONS = optionTable('colourJitter', FIELDS, VideoError);

/** The same options within those of a recipe. */
export const colourJitterOptions = (): Field<ColourJitterOptions> => nested(FIELDS);

const SIGMA = [0.1, 2] as const;
const SIGMA_SIDE = 224;

/**
 * Changes brightness, contrast, saturation and hue in a drawn order, then perhaps makes the clip grey, then perhaps blurs it: the
 * same change for all frames, in place (SimCLR, Chen et al. 2020, appendix A; the same for all frames in CVRL, Qian et al. 2021,
 * section 3.3). Twelve draws, whatever is done.
 *
 * @param frames [T, height, width, 3] RGB, 0-255.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function colourJitter(
  frames: Uint8Array,
  size: Size,
  random: Random,
  options: ColourJitterOptions = {},
): void {
  const checked = OPTIONS.check(options);
  requireFrames('colourJitter', frames, size, random);
  const between = (from: number, to: number): number => from + (to - from) * random();
  const factor = (most: number): number => between(Math.max(0, 1 - most), 1 + most);
  const changed = random() < checked.probability;
  const changes = [
    brightness(factor(checked.brightness)),
    contrast(factor(checked.contrast)),
    colour(factor(checked.saturation)),
    hue(between(-checked.hue, checked.hue)),
  ];
  const order = chooseIndices(changes.length, changes.length, random);
  const greyed = random() < checked.grey;
  const blurred = random() < checked.blur;
  const sigma = (between(...SIGMA) * Math.min(size.width, size.height)) / SIGMA_SIDE;
  if (changed) for (const place of order) changes[place]!(frames, size);
  if (greyed) colour(0)(frames, size);
  if (blurred) gaussianBlur(sigma)(frames, size);
}
