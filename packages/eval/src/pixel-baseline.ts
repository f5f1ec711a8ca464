import { listOf, optional, optionTable, wholeNumber } from '@tgm/options';
import { EvaluationError } from './errors.js';
import { checkCount, type Features } from './features.js';
import { bytes } from './option-fields.js';

export interface PixelBaselineOptions {
  /** T, H, W of every clip, from 1. */
  readonly frameCount: number;
  readonly height: number;
  readonly width: number;
  /** Equal parts of the clip in time, each averaged; at most T. 4 by default. */
  readonly slices?: number;
  /** Cells along each side of the picture, each averaged; at most H and W. 8 by default. */
  readonly cells?: number;
}

export const PIXEL_FIELDS = {
  frameCount: wholeNumber({ from: 1 }),
  height: wholeNumber({ from: 1 }),
  width: wholeNumber({ from: 1 }),
  slices: optional(wholeNumber({ from: 1 }), 4),
  cells: optional(wholeNumber({ from: 1 }), 8),
} satisfies Record<keyof PixelBaselineOptions, unknown>;

const OPTIONS = optionTable('pixelBaseline', PIXEL_FIELDS, EvaluationError);

const CLIPS = optionTable('pixelBaseline', { clips: listOf(bytes()) }, EvaluationError);

/**
 * What can be read off the pixels without any model: each clip averaged to slices x cells x cells x 3 numbers
 * in [0, 1] (4 x 8 x 8 x 3 = 768 by default). A learned representation should beat a probe of these.
 *
 * @param clips [T, H, W, 3] RGB, 0-255.
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH` for a clip of another size, `TOO_FEW_EXAMPLES` without clips.
 */
export function pixelBaseline(clips: readonly Uint8Array[], options: PixelBaselineOptions): Features {
  const { frameCount, height, width, slices, cells } = OPTIONS.check(options);
  CLIPS.check({ clips });
  requireCells('pixelBaseline', { frameCount, height, width, slices, cells });
  checkCount('pixelBaseline', clips.length, 1);
  const size = slices * cells * cells * 3;
  const sums = new Float64Array(size);
  const counts = new Float64Array(size);
  const values = new Float32Array(clips.length * size);
  for (const [index, clip] of clips.entries()) {
    if (clip.length !== frameCount * height * width * 3) {
      throw new EvaluationError('SHAPE_MISMATCH', {
        where: `pixelBaseline clip ${index}`,
        expected: `${frameCount} x ${height} x ${width} x 3`,
        received: `${clip.length} numbers`,
      });
    }
    sums.fill(0);
    counts.fill(0);
    let pixel = 0;
    for (let t = 0; t < frameCount; t++) {
      const slice = Math.floor((t * slices) / frameCount);
      for (let y = 0; y < height; y++) {
        const row = slice * cells + Math.floor((y * cells) / height);
        for (let x = 0; x < width; x++) {
          const cell = (row * cells + Math.floor((x * cells) / width)) * 3;
          for (let channel = 0; channel < 3; channel++, pixel++) {
            sums[cell + channel]! += clip[pixel]!;
            counts[cell + channel]!++;
          }
        }
      }
    }
    for (let i = 0; i < size; i++) values[index * size + i] = sums[i]! / counts[i]! / 255;
  }
  return { values, count: clips.length, width: size };
}

/** @throws EvaluationError `OPTION_INVALID` for more parts than there are frames or pixels. */
export function requireCells(
  where: string,
  { frameCount, height, width, slices, cells }: Required<PixelBaselineOptions>,
): void {
  if (slices <= frameCount && cells <= height && cells <= width) return;
  throw new EvaluationError('OPTION_INVALID', {
    where: `${where}, options slices and cells`,
    expected: `at most ${frameCount} slices and ${Math.min(height, width)} cells`,
    received: `${slices} and ${cells}`,
  });
}
