import { optional, optionTable } from '@tgm/options';
import { ModelError } from '../errors.js';
import { type PixelScale, pixelScale } from '../pixels.js';
import { type PixelDefaults, readPixels } from './preprocessor.js';

export interface LoadOptions {
  /** The scale of pixels, instead of what the folder's preprocessor files say; they are not read then. */
  readonly pixels?: PixelScale;
}

const FIELDS = { pixels: optional(pixelScale()) };

/** The checked options of `where`, a loader: how it finds the scale of pixels of a folder. */
export function pixelsOf(
  where: string,
  options: LoadOptions | undefined,
  defaults: PixelDefaults,
): (folder: string, imageSize: number) => Promise<PixelScale> {
  const { pixels } = optionTable(where, FIELDS, ModelError).check(options);
  return async (folder, imageSize) => pixels ?? readPixels(folder, imageSize, defaults);
}
