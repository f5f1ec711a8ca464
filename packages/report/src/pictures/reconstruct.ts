import { oneOf, optional, optionTable } from '@tgm/options';
import { checkMasked, cutOf, mismatch } from '../check-clip.js';
import type { GridClip } from '../clip-report.js';
import { ReportError } from '../errors.js';
import { bytes, floats, grid, mask, size } from '../option-fields.js';
import { HIDDEN_GREY } from './patch-layers.js';
import { momentsFromVisible } from './patch-moments.js';
import { placeOf, rowsOfToken } from './token-pixels.js';

export interface ReconstructOptions extends GridClip {
  /** What the encoder saw, and what the decoder was asked for. What is in neither list becomes grey. */
  readonly mask: { readonly visible: Uint32Array; readonly masked: Uint32Array };
  /** [M, P] the decoder's output for `mask.masked`; P numbers in the order frame of the token, row, column, channel. */
  readonly prediction: Float32Array;
  /**
   * What the decoder was trained to say, as `pixelTarget` of `@tgm/losses` has it: pixels less their mean, over their deviation, for
   * each `channel` (the default) or all `joint`; false: pixels in 0-1.
   */
  readonly normalise?: 'channel' | 'joint' | false;
}

const OPTIONS = optionTable(
  'reconstruct',
  {
    ...{ frames: bytes(), height: size(), width: size(), grid: grid(), mask: mask(), prediction: floats() },
    normalise: optional(oneOf(['channel', 'joint', false]), 'channel'),
  } satisfies Record<keyof ReconstructOptions, unknown>,
  ReportError,
);

/**
 * A clip as a model completes it: visible patches from the input, masked ones predicted, [T, H, W, 3] RGB, 0-255.
 *
 * No pixel of a masked patch is read. The decoder's target is normalised by the masked patch's own mean and deviation, which the
 * model never saw. Both are estimated here, from visible patches of the same and the neighbouring slices (of all slices where those
 * have none), weighted by the inverse square of their distance. So a hidden object shows as texture at best.
 *
 * @throws ReportError `OPTION_INVALID`, and `SHAPE_MISMATCH` where the arrays do not belong together.
 */
export function reconstruct(options: ReconstructOptions): Uint8Array {
  const { normalise, mask, prediction, ...clip } = OPTIONS.check(options);
  const cut = cutOf('reconstruct', clip);
  checkMasked('reconstruct, mask.visible', mask.visible, cut);
  checkMasked('reconstruct, mask.masked', mask.masked, cut);
  const run = cut.tokenWidth * 3;
  const perToken = cut.depth * cut.tokenHeight * run;
  if (prediction.length !== mask.masked.length * perToken) {
    const expected = `${mask.masked.length} masked tokens of ${perToken} numbers, ${mask.masked.length * perToken}`;
    throw mismatch('reconstruct, prediction', expected, prediction.length);
  }
  if (mask.visible.length === 0) throw mismatch('reconstruct, mask.visible', 'at least one token', 0);

  const completed = new Uint8ClampedArray(clip.frames.length).fill(HIDDEN_GREY); // rounds and clamps to 0-255
  for (const token of mask.visible)
    for (const start of rowsOfToken(token, clip, cut))
      completed.set(clip.frames.subarray(start, start + run), start);

  const groups = normalise === 'channel' ? 3 : 1;
  const momentsAt =
    normalise === false
      ? () => ({ mean: Float64Array.of(0), deviation: Float64Array.of(255) })
      : momentsFromVisible(clip, cut, mask.visible, groups);
  let next = 0;
  for (const token of mask.masked) {
    const { mean, deviation } = momentsAt(placeOf(token, clip.grid));
    for (const start of rowsOfToken(token, clip, cut)) {
      for (let i = 0; i < run; i++)
        completed[start + i] = prediction[next++]! * deviation[i % groups]! + mean[i % groups]!;
    }
  }
  return new Uint8Array(completed.buffer);
}
