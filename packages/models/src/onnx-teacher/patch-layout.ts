import { ModelError } from '../errors.js';
import { shapeText, unfit } from './fault.js';

export interface PatchGrid {
  readonly rows: number;
  readonly columns: number;
}

/** How an output holds the patches of an image. */
export interface PatchLayout extends PatchGrid {
  /** `tokens`: [B, leading + N, D], as transformers give them; `maps`: [B, D, rows, columns], as convolutions do. */
  readonly kind: 'tokens' | 'maps';
  /** Tokens before those of the patches: a class token, registers. */
  readonly leading: number;
  /** D. */
  readonly width: number;
}

/** Numbers of a shape. */
interface Found {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Reads the layout off a shape. A square grid tells itself: of N and N - 1 only one is a square.
 * @throws ModelError with `ONNX_FILE_UNFIT`, or `OPTION_INVALID` where the shape does not tell the grid.
 */
export function gridOfPatches(
  where: string,
  shape: readonly number[],
  grid: PatchGrid | undefined,
  leadingTokens: number | undefined,
): PatchLayout {
  if (shape.length === 4) {
    const [, width, rows, columns] = shape as [number, number, number, number];
    if (leadingTokens)
      throw unfit(
        where,
        `tokens [images, N, D], ${leadingTokens} of them before the patches`,
        shapeText(shape),
      );
    if (grid && (grid.rows !== rows || grid.columns !== columns))
      throw unfit(where, `[images, D, ${grid.rows}, ${grid.columns}]`, shapeText(shape));
    return { kind: 'maps', leading: 0, width, rows, columns };
  }
  if (shape.length !== 3)
    throw unfit(where, 'tokens [images, N, D] or maps [images, D, rows, columns]', shapeText(shape));
  const [, tokens, width] = shape as [number, number, number];
  const wanted = grid && grid.rows * grid.columns;
  const choices = leadingTokens === undefined ? (wanted ? [tokens - wanted] : [0, 1]) : [leadingTokens];
  const leading = choices.find((each) => each >= 0 && (wanted ?? squareOf(tokens - each)) === tokens - each);
  if (leading === undefined) throw noGrid(where, shape, grid, leadingTokens);
  const side = Math.sqrt(tokens - leading);
  return { kind: 'tokens', leading, width, rows: grid?.rows ?? side, columns: grid?.columns ?? side };
}

/** The number itself if it is a square of a whole number from 1. */
const squareOf = (count: number): number | undefined =>
  count >= 1 && Number.isInteger(Math.sqrt(count)) ? count : undefined;

function noGrid(
  where: string,
  shape: readonly number[],
  grid: PatchGrid | undefined,
  leadingTokens: number | undefined,
): ModelError {
  if (grid) {
    const before = leadingTokens === undefined ? '' : ` behind ${leadingTokens}`;
    return unfit(where, `${grid.rows} x ${grid.columns} tokens${before}`, shapeText(shape));
  }
  return new ModelError('OPTION_INVALID', {
    where: 'onnxPatchTextEncoder, option grid',
    expected: `{ rows, columns } of the patches in ${shapeText(shape)}, which are no square`,
    received: 'none',
  });
}

/** [B, rows, columns, D] of an output. */
export function patchRows(where: string, { shape, data }: Found, layout: PatchLayout): Float32Array {
  const { kind, leading, width, rows, columns } = layout;
  const [count, patches] = [shape[0]!, rows * columns];
  const expected = kind === 'maps' ? [count, width, rows, columns] : [count, leading + patches, width];
  if (expected.join() !== shape.join()) throw unfit(where, shapeText(expected), shapeText(shape));
  const values = new Float32Array(count * patches * width);
  for (let image = 0; image < count; image++) {
    if (kind === 'tokens') {
      const from = (image * (leading + patches) + leading) * width;
      values.set(data.subarray(from, from + patches * width), image * patches * width);
      continue;
    }
    for (let d = 0; d < width; d++) {
      for (let patch = 0; patch < patches; patch++) {
        values[(image * patches + patch) * width + d] = data[(image * width + d) * patches + patch]!;
      }
    }
  }
  return values;
}

/**
 * [B, rows, columns] shares of attention: of [B, N] or [B, leading + N] as they are; of the weights of a block,
 * [B, heads, leading + N, leading + N], what the first token attends to, the mean over the heads.
 * @throws ModelError with `ONNX_FILE_UNFIT`
 */
export function attentionOf(where: string, { shape, data }: Found, layout: PatchLayout): Float32Array {
  const patches = layout.rows * layout.columns;
  const [count, tokens] = [shape[0]!, shape.at(-1)!];
  const heads = shape.length === 4 ? shape[1]! : 1;
  const leading = tokens - patches;
  const whole =
    shape.length === 2 ? [0, layout.leading].includes(leading) : leading === layout.leading && leading > 0;
  const fits = shape.length === 2 || (shape.length === 4 && shape[2] === tokens);
  if (!whole || !fits) {
    const all = layout.leading + patches;
    const weights = layout.leading > 0 ? ` or [${count}, heads, ${all}, ${all}]` : '';
    throw unfit(where, `[${count}, ${patches}]${weights}`, shapeText(shape));
  }
  const values = new Float32Array(count * patches);
  const step = shape.length === 4 ? tokens * tokens : tokens;
  for (let image = 0; image < count; image++) {
    for (let head = 0; head < heads; head++) {
      const from = (image * heads + head) * step + leading;
      for (let patch = 0; patch < patches; patch++)
        values[image * patches + patch]! += data[from + patch]! / heads;
    }
  }
  if (values.every((share) => share >= 0)) return values;
  throw unfit(where, 'shares, none below 0', 'others');
}
