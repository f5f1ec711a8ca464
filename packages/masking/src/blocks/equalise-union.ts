import { chooseIndices, type Random } from '@tgm/random';
import type { TokenGrid } from '../strategy.js';

/**
 * Brings what is masked to exactly `count` tokens and leaves its shape as it is as far as that goes. A union that is too small
 * grows at its rim, cell by cell; one that is too large is shown again from its rim inwards. The rim is beside it in the same
 * slice, not across a corner. Of the last rim the cells go in an order drawn for the clip, each in all of its slices, so that blocks
 * from the beginning of the clip to its end stay such. So do all cells where there is no rim: all is masked, or nothing.
 *
 * @param masked [tokens] flags 0 or 1 of one clip, changed in place.
 */
export function equaliseUnion(grid: TokenGrid, masked: Uint8Array, count: number, random: Random): void {
  const { rows, columns } = grid;
  const order = chooseIndices(rows * columns, rows * columns, random);
  let missing = count;
  for (let token = 0; token < masked.length; token += 1) missing -= masked[token]!;
  const becomes = missing > 0 ? 1 : 0;
  missing = Math.abs(missing);

  const met = new Uint8Array(masked.length);
  /** Tokens in the order in which they are met: the next rim is from `start` to `end`. */
  const rim = new Uint32Array(masked.length + 1);
  let start = 0;
  let end = meetRim(grid, masked, becomes, met, rim);
  while (missing > 0) {
    if (start === end)
      for (let token = 0; token < masked.length; token += 1) end = meet(token, met, rim, end);
    if (end - start > missing) {
      setByCell(masked, becomes, rim.subarray(start, end), missing, order);
      return;
    }
    missing -= end - start;
    for (const last = end; start < last; start += 1) {
      const token = rim[start]!;
      masked[token] = becomes;
      const line = (token / columns) | 0; // a division of whole numbers
      const column = token - line * columns;
      const row = line % rows;
      if (row > 0) end = meet(token - columns, met, rim, end);
      if (column > 0) end = meet(token - 1, met, rim, end);
      if (column < columns - 1) end = meet(token + 1, met, rim, end);
      if (row < rows - 1) end = meet(token + columns, met, rim, end);
    }
  }
}

/** Meets all that is `becomes`, and writes what is beside it to `rim`. Without a branch on a flag. Returns the end of the rim. */
function meetRim(
  { rows, columns }: TokenGrid,
  masked: Uint8Array,
  becomes: 0 | 1,
  met: Uint8Array,
  rim: Uint32Array,
): number {
  const other = 1 - becomes;
  let end = 0;
  for (let token = 0, line = 0; token < masked.length; line += 1) {
    const row = line % rows;
    // Beyond a border is the token itself, which tells nothing new.
    const above = row > 0 ? columns : 0;
    const below = row < rows - 1 ? columns : 0;
    for (let column = 0; column < columns; column += 1, token += 1) {
      const inside = masked[token]! ^ other;
      const left = masked[token - Number(column > 0)]!;
      const right = masked[token + Number(column < columns - 1)]!;
      const beside =
        (left ^ other) |
        (right ^ other) |
        (masked[token - above]! ^ other) |
        (masked[token + below]! ^ other);
      met[token] = inside | beside;
      rim[end] = token;
      end += beside & ~inside;
    }
  }
  return end;
}

/** Writes a token to the end of `rim` unless it was met. Returns the end behind it. */
function meet(token: number, met: Uint8Array, rim: Uint32Array, end: number): number {
  rim[end] = token;
  const isNew = 1 - met[token]!;
  met[token] = 1;
  return end + isNew;
}

/** Sets `count` of the `tokens` in the `order` of their cells, each in all of its slices. */
function setByCell(
  masked: Uint8Array,
  becomes: 0 | 1,
  tokens: Uint32Array,
  count: number,
  order: Uint32Array,
): void {
  const isOne = new Uint8Array(masked.length);
  for (let index = 0; index < tokens.length; index += 1) isOne[tokens[index]!] = 1;
  let left = count;
  for (let place = 0; left > 0; place += 1) {
    for (let token = order[place]!; token < masked.length && left > 0; token += order.length) {
      if (isOne[token] === 0) continue;
      masked[token] = becomes;
      left -= 1;
    }
  }
}
