import { type Random, uniformIndex } from '@tgm/random';
import type { TokenGrid } from '../strategy.js';
import type { BlockShape } from './block-shape.js';

/**
 * Sets the tokens of some blocks to 1. All blocks are of one size, which is drawn: t = trunc(slices * temporalScale) slices, at
 * least one; an area of trunc(rows * columns * spatialScale) cells, whose sides are rounded and cut at the grid's. Draws the
 * aspect, then of each block the first slice, row and column, each uniformly among those at which it fits.
 */
export function drawBlocks(
  { slices, rows, columns }: TokenGrid,
  { blocks, spatialScale, temporalScale, aspect: [narrow, wide] }: Required<BlockShape>,
  random: Random,
  masked: Uint8Array,
): void {
  const aspect = narrow + random() * (wide - narrow);
  const area = Math.trunc(rows * columns * spatialScale);
  const depth = Math.max(1, Math.trunc(slices * temporalScale));
  const height = side(Math.sqrt(area * aspect), rows);
  const width = side(Math.sqrt(area / aspect), columns);
  for (let block = 0; block < blocks; block += 1) {
    const slice = uniformIndex(slices - depth + 1, random);
    const top = uniformIndex(rows - height + 1, random);
    const left = uniformIndex(columns - width + 1, random);
    for (let deep = slice; deep < slice + depth; deep += 1) {
      for (let row = top; row < top + height; row += 1) {
        const start = (deep * rows + row) * columns + left;
        // A row is short: `fill` takes longer to call than to do.
        for (let token = start; token < start + width; token += 1) masked[token] = 1;
      }
    }
  }
}

const side = (length: number, most: number): number => Math.min(most, Math.max(1, Math.round(length)));
