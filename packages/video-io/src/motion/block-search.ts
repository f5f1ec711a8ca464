/** One frame's brightness, row by row, with a margin in which its edge pixels go on. */
export interface Luma {
  readonly values: Uint8Array;
  /** Size without the margin. */
  readonly width: number;
  readonly height: number;
  /** Pixels on every side. */
  readonly margin: number;
  /** Of a row of `values`. */
  readonly stride: number;
}

/** A square of pixels, whole numbers; it may reach over the frame's edge by up to the margin. */
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
export function lumaOf(rgb: Uint8Array, width: number, height: number, margin: number): Luma {
  const stride = width + 2 * margin;
  const values = new Uint8Array(stride * (height + 2 * margin));
  for (let y = 0, at = 0; y < height; y++) {
    const row = (y + margin) * stride + margin;
    for (let to = row; to < row + width; to++, at += 3) {
      values[to] = (77 * rgb[at]! + 150 * rgb[at + 1]! + 29 * rgb[at + 2]!) >> 8;
    }
    values.fill(values[row]!, row - margin, row);
    values.fill(values[row + width - 1]!, row + width, row + width + margin);
  }
  for (let y = 0; y < margin; y++) {
    values.copyWithin(y * stride, margin * stride, (margin + 1) * stride);
    values.copyWithin(
      (height + margin + y) * stride,
      (height + margin - 1) * stride,
      (height + margin) * stride,
    );
  }
  return { values, width, height, margin, stride };
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
  const sumAt = (x: number, y: number, most: number) => difference(current, previous, block, x, y, most);
  let [bestX, bestY, least] = [0, 0, Number.POSITIVE_INFINITY];
  const consider = (x: number, y: number) => {
    const sum = sumAt(x, y, least);
    if (sum >= least) return;
    [bestX, bestY, least] = [x, y, sum];
  };
  for (const { x, y } of guesses) consider(x, y);
  for (let step = reach; step >= 1; step /= 2) {
    const [x, y] = [bestX, bestY];
    for (let dy = -step; dy <= step; dy += step) {
      for (let dx = -step; dx <= step; dx += step) if (dx !== 0 || dy !== 0) consider(x + dx, y + dy);
    }
  }
  const [x, y] = [bestX, bestY];
  const at = (dx: number, dy: number) => sumAt(x + dx, y + dy, Number.POSITIVE_INFINITY);
  return {
    x: x + valley(at(-1, 0), least, at(1, 0)),
    y: y + valley(at(0, -1), least, at(0, 1)),
    difference: least / block.side ** 2,
  };
}

/** Mean absolute difference of a block's brightness from its mean: what there is to match. */
export function texture({ values, margin, stride }: Luma, { left, top, side }: Block): number {
  const first = (top + margin) * stride + left + margin;
  let sum = 0;
  for (let row = 0, at = first; row < side; row++, at += stride) {
    for (let column = 0; column < side; column++) sum += values[at + column]!;
  }
  const mean = sum / (side * side);
  let deviation = 0;
  for (let row = 0, at = first; row < side; row++, at += stride) {
    for (let column = 0; column < side; column++) deviation += Math.abs(values[at + column]! - mean);
  }
  return deviation / (side * side);
}

/** Sum of absolute differences; infinity as soon as it is sure to be above `most`. */
function difference(
  current: Luma,
  previous: Luma,
  { left, top, side }: Block,
  x: number,
  y: number,
  most: number,
): number {
  const { margin, stride } = current;
  const [here, there] = [current.values, previous.values];
  // Further out than the margin there is nothing but the same edge pixels.
  const column = Math.min(Math.max(left + x, -margin), current.width + margin - side);
  const row = Math.min(Math.max(top + y, -margin), current.height + margin - side);
  let from = (top + margin) * stride + left + margin;
  let to = (row + margin) * stride + column + margin;
  let sum = 0;
  for (let line = 0; line < side; line++) {
    for (let i = 0; i < side; i++) {
      const step = here[from + i]! - there[to + i]!;
      sum += step < 0 ? -step : step;
    }
    if (sum > most) return Number.POSITIVE_INFINITY;
    from += stride;
    to += stride;
  }
  return sum;
}

/** Lowest place of the parabola through three heights at -1, 0 and 1, of which the middle one is lowest. */
function valley(before: number, here: number, after: number): number {
  const bend = before + after - 2 * here;
  return bend > 0 ? (before - after) / (2 * bend) : 0;
}
