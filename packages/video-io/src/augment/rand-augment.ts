import { type Field, nested, number, optional, optionTable, wholeNumber } from '@tgm/options';
import { normal, type Random, uniformIndex } from '@tgm/random';
import { VideoError } from '../errors.js';
import type { Size } from '../video.js';
import { rotate, shearX, shearY, translateX, translateY } from './affine.js';
import {
  autoContrast,
  brightness,
  colour,
  contrast,
  equalize,
  invert,
  posterize,
  solarize,
  solarizeAdd,
} from './colour-changes.js';
import type { PictureChange } from './picture-change.js';
import { requireFrames } from './require-frames.js';
import { sharpness } from './sharpness.js';

export interface RandAugmentOptions {
  /** Changes drawn for a clip, with replacement. Default 4. */
  readonly changes?: number;
  /** How strong they are, 0-10. Default 7. */
  readonly magnitude?: number;
  /** Standard deviation of the magnitude, drawn for each change. Default 0.5. */
  readonly deviation?: number;
  /** Chance that a drawn change is made, 0-1. Default 0.5. */
  readonly probability?: number;
}

const FIELDS = {
  changes: optional(wholeNumber({ from: 0 }), 4),
  magnitude: optional(number({ from: 0, to: 10 }), 7),
  deviation: optional(number({ from: 0 }), 0.5),
  probability: optional(number({ from: 0, to: 1 }), 0.5),
} satisfies Record<keyof RandAugmentOptions, unknown>;
const OPTIONS = optionTable('randAugment', FIELDS, VideoError);

/** The same options within those of a recipe. */
export const randAugmentOptions = (): Field<RandAugmentOptions> => nested(FIELDS);

/** @param level magnitude / 10, 0-1. @param sign -1 or 1. */
type ChangeOfLevel = (level: number, sign: number) => PictureChange;

/** Whatever the level, these are strongest at 1: the "increasing" set of ranges, as VideoMAE's fine-tuning uses it. */
const CHANGES: readonly ChangeOfLevel[] = [
  () => autoContrast,
  () => equalize,
  () => invert,
  (level, sign) => rotate(30 * level * sign),
  (level) => posterize(4 - Math.trunc(4 * level)),
  (level) => solarize(256 - Math.trunc(256 * level)),
  (level) => solarizeAdd(Math.trunc(110 * level)),
  (level, sign) => colour(1 + 0.9 * level * sign),
  (level, sign) => contrast(1 + 0.9 * level * sign),
  (level, sign) => brightness(1 + 0.9 * level * sign),
  (level, sign) => sharpness(1 + 0.9 * level * sign),
  (level, sign) => shearX(0.3 * level * sign),
  (level, sign) => shearY(0.3 * level * sign),
  (level, sign) => translateX(0.45 * level * sign),
  (level, sign) => translateY(0.45 * level * sign),
];

/**
 * Some drawn changes of colour and shape, the same for all frames of a clip, in place (RandAugment, Cubuk et al. 2020;
 * defaults and ranges of VideoMAE's fine-tuning). Five draws a change whether or not it is made.
 *
 * @param frames [T, height, width, 3] RGB, 0-255.
 * @throws {VideoError} `OPTION_INVALID`
 */
export function randAugment(
  frames: Uint8Array,
  size: Size,
  random: Random,
  options: RandAugmentOptions = {},
): void {
  const { changes, magnitude, deviation, probability } = OPTIONS.check(options);
  requireFrames('randAugment', frames, size, random);
  for (let i = 0; i < changes; i++) {
    const change = CHANGES[uniformIndex(CHANGES.length, random)]!;
    const made = random() < probability;
    const level = Math.min(Math.max(magnitude + deviation * normal(random), 0), 10) / 10;
    const sign = random() < 0.5 ? -1 : 1;
    if (made) change(level, sign)(frames, size);
  }
}
