import { chooseIndices, type Random } from '@tgm/random';
import type { TokenGrid } from '../strategy.js';

/**
 * Brings what is masked to exactly `count` tokens and leaves its shape as it is as far as that goes. A union that is too small
 * grows at its rim, cell by cell; one that is too large is shown again from its rim inwards. The rim is beside it in the same
 * slice, not across a corner. Of the last rim the cells go in an order drawn for the clip, each in all of its slices, so that blocks
 * from the beginning of the clip to its end stay such. So do all cells where there is no rim: all is masked, or nothing.
 *
 * @param masked [tokens] flags of one clip, changed in place.
 */
export function equaliseUnion(grid: TokenGrid, masked: Uint8Array, count: number, random: Random): void {
  const { rows, columns } = grid;
  const order = chooseIndices(rows * columns, rows * columns, random);
  let missing = count;
  for (const flag of masked) missing -= flag;
  const becomes = missing > 0 ? 1 : 0;
  missing = Math.abs(missing);

  const met = new Uint8Array(masked.length);
  /** Tokens in the order in which they are met: the next rim is from `start` to `end`. */
  const rim = new Uint32Array(masked.length);
  let start = 0;
  let end = 0;
  const meet = (token: number): void => {
    if (met[token]) return;
    met[token] = 1;
    rim[end++] = token;
  };
  const meetBeside = (token: number): void => {
    const column = token % columns;
    const row = Math.floor(token / columns) % rows;
    if (row > 0) meet(token - columns);
    if (column > 0) meet(token - 1);
    if (column < columns - 1) meet(token + 1);
    if (row < rows - 1) meet(token + columns);
  };

  let token = 0;
  while (token < masked.length) {
    const row = Math.floor(token / columns) % rows;
    for (let column = 0; column < columns; column += 1, token += 1) {
      if (masked[token] === becomes) met[token] = 1;
      else if (
        (column > 0 && masked[token - 1] === becomes) ||
        (column < columns - 1 && masked[token + 1] === becomes) ||
        (row > 0 && masked[token - columns] === becomes) ||
        (row < rows - 1 && masked[token + columns] === becomes)
      ) {
        meet(token);
      }
    }
  }
  while (missing > 0) {
    if (start === end) for (token = 0; token < masked.length; token += 1) meet(token);
    if (end - start > missing) {
      sortByCell(rim.subarray(start, end), order, grid);
      end = start + missing;
    }
    missing -= end - start;
    for (const last = end; start < last; start += 1) {
      masked[rim[start]!] = becomes;
      meetBeside(rim[start]!);
    }
  }
}

/** Sorts tokens by the place of their cells in `order`, then by their slice. */
function sortByCell(tokens: Uint32Array, order: Uint32Array, { slices }: TokenGrid): void {
  const perSlice = order.length;
  const places = new Uint32Array(perSlice);
  for (let place = 0; place < perSlice; place += 1) places[order[place]!] = place;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]!;
    tokens[index] = places[token % perSlice]! * slices + Math.floor(token / perSlice);
  }
  tokens.sort();
  for (let index = 0; index < tokens.length; index += 1) {
    const key = tokens[index]!;
    tokens[index] = (key % slices) * perSlice + order[Math.floor(key / slices)]!;
  }
}
