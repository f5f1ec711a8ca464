import { optional, optionTable, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { type PixelScale, pixelScale } from '../pixels.js';
import { type PixelDefaults, readPixels } from './preprocessor.js';

export interface LoadOptions {
  /** The scale of pixels, instead of what the folder's preprocessor files say; they are not read then. */
  readonly pixels?: PixelScale;
}

const FOLDER = { folder: text() };
const FIELDS = { pixels: optional(pixelScale()) } satisfies Record<keyof LoadOptions, unknown>;

/** The checked arguments of `where`, a loader: how it finds the scale of pixels of its folder. */
export function pixelsOf(
  where: string,
  folder: string,
  options: LoadOptions | undefined,
  defaults: PixelDefaults,
): (imageSize: number) => Promise<PixelScale> {
  optionTable(where, FOLDER, ModelError).check({ folder });
  const { pixels } = optionTable(where, FIELDS, ModelError).check(options);
  return async (imageSize) => pixels ?? readPixels(folder, imageSize, defaults);
}
