import { type Random, type TokenGrid, tokenCount } from '@tgm/masking';

/** Of an image of 14 x 14 patches: sides from 4 to 10, areas from 40 to 160. */
const SIDES = [4 / 14, 10 / 14] as const;
const AREAS = [40 / 196, 160 / 196] as const;
/** What is added within. */
const INSIDE = 0.5;

/**
 * What a mask generator's Gumbel softmax is to look like (AutoMAE's code, engine_pretrain.py; grade A): a softmax of uniform noise
 * that is larger within a random rectangle. Reconstructions of ours: the sides are shares of the grid, and the rectangle is the same
 * in all slices.
 *
 * @returns [N] which sum up to 1.
 */
export function rectanglePrior(random: Random, grid: TokenGrid): Float32Array {
  const { rows, columns } = grid;
  const between = ([least, most]: readonly [number, number]) => least + random() * (most - least);
  const width = Math.max(1, Math.round(between(SIDES) * columns));
  const height = Math.min(rows, Math.max(1, Math.ceil((between(AREAS) * rows * columns) / width)));
  const left = Math.floor(random() * (columns - width + 1));
  const top = Math.floor(random() * (rows - height + 1));
  const exponentials = Float64Array.from({ length: tokenCount(grid) }, (_, token) => {
    const row = Math.floor(token / columns) % rows;
    const column = token % columns;
    const inside = row >= top && row < top + height && column >= left && column < left + width;
    return Math.exp(random() + (inside ? INSIDE : 0));
  });
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return Float32Array.from(exponentials, (value) => value / sum);
}
