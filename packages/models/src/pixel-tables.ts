import { optionTable } from '@tgm/options';
import { ModelError } from './errors.js';
import { type PixelScale, pixelScale } from './pixels.js';

/** [3][256] what each pixel value of a channel becomes: looking it up is faster than computing it. */
export type PixelTables = readonly [Float32Array, Float32Array, Float32Array];

const made = new WeakMap<PixelScale, PixelTables>();

/**
 * Made once for each scale.
 * @throws ModelError with `OPTION_INVALID`
 */
export function pixelTables(where: string, scale: PixelScale): PixelTables {
  const known = made.get(scale);
  if (known) return known;
  optionTable(where, { scale: pixelScale() }, ModelError).check({ scale });
  const of = (channel: 0 | 1 | 2) =>
    Float32Array.from(
      { length: 256 },
      (_, value) => (value / 255 - scale.mean[channel]) / scale.std[channel],
    );
  const tables: PixelTables = [of(0), of(1), of(2)];
  made.set(scale, tables);
  return tables;
}
