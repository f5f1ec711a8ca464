/** One frame's brightness, row by row. */
export interface Luma {
  readonly values: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A square of pixels; it may reach over the frame's edge, where edge pixels go on. */
export interface Block {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Where a block was in the frame before, as an offset from its place, and the mean difference there. */
export interface Match {
  readonly x: number;
  readonly y: number;
  /** Mean absolute difference a pixel, 0-255. */
  readonly difference: number;
}

/** BT.601 brightness of RGB pixels. */
export function lumaOf(rgb: Uint8Array, width: number, height: number): Luma {
  const values = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < values.length; i++, at += 3) {
    values[i] = (77 * rgb[at]! + 150 * rgb[at + 1]! + 29 * rgb[at + 2]!) >> 8;
  }
  return { values, width, height };
}

/**
 * Finds a block of `current` in `previous`: from the best of the guesses in three or more steps, each half as
 * long as the one before (Koga et al., 1981), then between pixels by the parabola through the neighbours.
 *
 * @param guesses Whole offsets to begin at; the first wins a tie.
 * @param reach Longest first step in pixels, a power of two.
 */
export function searchBlock(
  current: Luma,
  previous: Luma,
  block: Block,
  guesses: readonly { readonly x: number; readonly y: number }[],
  reach: number,
): Match {
  const difference = (x: number, y: number, worst = Number.POSITIVE_INFINITY) =>
    meanDifference(current, previous, block, { x, y }, worst);
  let best = { x: 0, y: 0, difference: Number.POSITIVE_INFINITY };
  const consider = (x: number, y: number) => {
    const value = difference(x, y, best.difference);
    if (value < best.difference) best = { x, y, difference: value };
  };
  for (const { x, y } of guesses) consider(x, y);
  for (let step = reach; step >= 1; step /= 2) {
    const { x, y } = best;
    for (let dy = -step; dy <= step; dy += step) {
      for (let dx = -step; dx <= step; dx += step) if (dx !== 0 || dy !== 0) consider(x + dx, y + dy);
    }
  }
  const { x, y } = best;
  return {
    x: x + valley(difference(x - 1, y), best.difference, difference(x + 1, y)),
    y: y + valley(difference(x, y - 1), best.difference, difference(x, y + 1)),
    difference: best.difference,
  };
}

/** Mean absolute difference of a block's brightness from its mean: what there is to match. */
export function texture(luma: Luma, block: Block): number {
  const { left, top, side } = block;
  const values: number[] = [];
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) values.push(pixel(luma, x, y));
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + Math.abs(value - mean), 0) / values.length;
}

/** Infinite as soon as it is sure to be above `worst`. */
function meanDifference(
  current: Luma,
  previous: Luma,
  { left, top, side }: Block,
  { x, y }: { readonly x: number; readonly y: number },
  worst: number,
): number {
  const most = worst * side * side;
  let sum = 0;
  for (let row = top; row < top + side; row++) {
    for (let column = left; column < left + side; column++) {
      sum += Math.abs(pixel(current, column, row) - pixel(previous, column + x, row + y));
    }
    if (sum > most) return Number.POSITIVE_INFINITY;
  }
  return sum / (side * side);
}

function pixel({ values, width, height }: Luma, x: number, y: number): number {
  const column = x < 0 ? 0 : x >= width ? width - 1 : x;
  const row = y < 0 ? 0 : y >= height ? height - 1 : y;
  return values[row * width + column]!;
}

/** Lowest place of the parabola through three heights at -1, 0 and 1, of which the middle one is lowest. */
function valley(before: number, here: number, after: number): number {
  const bend = before + after - 2 * here;
  return bend > 0 ? (before - after) / (2 * bend) : 0;
}
