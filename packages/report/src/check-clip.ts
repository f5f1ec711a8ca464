import type { ClipReport, GridClip } from './clip-report.js';
import { ReportError } from './errors.js';

/** How many frames a clip has, and how large a token of it is. */
export interface Cut {
  /** T */
  readonly frameCount: number;
  /** Frames of a token. */
  readonly depth: number;
  /** Height and width of a token in pixels. */
  readonly tokenHeight: number;
  readonly tokenWidth: number;
  /** N */
  readonly tokens: number;
}

/**
 * @param where names the clip in errors.
 * @throws ReportError `SHAPE_MISMATCH` where the frames are not whole, or the grid does not divide them.
 */
export function cutOf(where: string, { frames, height, width, grid }: GridClip): Cut {
  const { slices, rows, columns } = grid;
  const sizes = { height, width, slices, rows, columns };
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < 1)
      throw mismatch(`${where}, ${name}`, 'a whole number from 1', size);
  }
  if (height % rows !== 0) throw mismatch(`${where}, height`, `a multiple of ${rows} rows`, height);
  if (width % columns !== 0) throw mismatch(`${where}, width`, `a multiple of ${columns} columns`, width);
  const frameCount = frames.length / (height * width * 3);
  if (frameCount === 0 || frameCount % slices !== 0) {
    const expected = `frames of ${height} x ${width} x 3 bytes, ${slices} or a multiple of them`;
    throw mismatch(`${where}, frames`, expected, `${frames.length} bytes`);
  }
  return {
    ...{ frameCount, depth: frameCount / slices, tokens: slices * rows * columns },
    ...{ tokenHeight: height / rows, tokenWidth: width / columns },
  };
}

/** @throws ReportError `SHAPE_MISMATCH` where something of the clip does not have its stated shape. */
export function checkClip(where: string, clip: ClipReport): Cut {
  const cut = cutOf(where, clip);
  for (const { name = 'match', values } of clip.scores ?? []) {
    if (values.length !== cut.tokens)
      throw mismatch(`${where}, scores ${name}`, `${cut.tokens} numbers`, values.length);
  }
  for (const { strategy, masked } of clip.masks ?? []) checkMasked(`${where}, mask ${strategy}`, masked, cut);
  for (const { run, frames } of clip.reconstructions ?? [])
    cutOf(`${where}, reconstruction by ${run}`, { ...clip, frames });
  return cut;
}

/** @throws ReportError `SHAPE_MISMATCH` for a token that the clip does not have. */
export function checkMasked(where: string, masked: Uint32Array, { tokens }: Cut): void {
  const outside = masked.find((token) => token >= tokens);
  if (outside !== undefined) throw mismatch(where, `tokens of 0 to ${tokens - 1}`, outside);
}

export const mismatch = (where: string, expected: string, received: number | string): ReportError =>
  new ReportError('SHAPE_MISMATCH', { where, expected, received: String(received) });
