import { describer, optionTable, recorded } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { PIXEL_FIELDS, type PixelBaselineOptions, pixelBaseline, requireCells } from '../pixel-baseline.js';
import type { ClipRepresentation } from './clip-representation.js';

const OPTIONS = optionTable('pixelRepresentation', PIXEL_FIELDS, EvaluationError);

/**
 * Averaged pixels, as `pixelBaseline` gives them: what a probe reaches without any model.
 *
 * @throws EvaluationError `OPTION_INVALID`
 */
export function pixelRepresentation(options: PixelBaselineOptions): ClipRepresentation {
  const checked = OPTIONS.check(options);
  requireCells(OPTIONS.where, checked);
  return {
    width: checked.slices * checked.cells ** 2 * 3,
    describe: describer('pixelRepresentation', recorded(OPTIONS, checked)),
    features: (clips) => pixelBaseline(clips, checked).values,
  };
}
