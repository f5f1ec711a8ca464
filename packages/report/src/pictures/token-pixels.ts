import type { Cut } from '../check-clip.js';
import type { Grid, GridClip } from '../clip-report.js';

/** Where a token stands in its grid. */
export interface TokenPlace {
  readonly slice: number;
  readonly row: number;
  readonly column: number;
}

export function placeOf(token: number, { rows, columns }: Grid): TokenPlace {
  const cell = token % (rows * columns);
  return {
    slice: (token - cell) / (rows * columns),
    row: Math.floor(cell / columns),
    column: cell % columns,
  };
}

/**
 * Where each row of a token's pixels begins in [T, H, W, 3], in the order of the decoder's numbers: frame of the token, row; then
 * come pixels of `tokenWidth` * 3 bytes, channel fastest. The order of VideoMAE's target.
 */
export function* rowsOfToken(token: number, { height, width, grid }: GridClip, cut: Cut): Generator<number> {
  const { slice, row, column } = placeOf(token, grid);
  for (let frame = slice * cut.depth; frame < (slice + 1) * cut.depth; frame++) {
    for (let y = row * cut.tokenHeight; y < (row + 1) * cut.tokenHeight; y++) {
      yield ((frame * height + y) * width + column * cut.tokenWidth) * 3;
    }
  }
}
