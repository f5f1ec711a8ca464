/**
 * How the coded picture is turned for display: swap x and y when `transposed`, then mirror.
 * Covers the eight right-angled turns and mirrorings that a display matrix can ask for.
 */
export interface Orientation {
  readonly transposed: boolean;
  readonly flippedX: boolean;
  readonly flippedY: boolean;
}

const UPRIGHT: Orientation = { transposed: false, flippedX: false, flippedY: false };

/**
 * Reads the container's display matrix: nine 32-bit numbers a b u c d v x y w with
 * x' = a x + c y and y' = b x + d y (ISO 14496-12, track header). Other angles go to the nearest right one.
 */
export function readOrientation(matrix: Buffer | null): Orientation {
  if (matrix === null || matrix.length < 36) return UPRIGHT;
  const [a, b, c, d] = [0, 4, 12, 16].map((offset) => matrix.readInt32LE(offset)) as [
    number,
    number,
    number,
    number,
  ];
  const transposed = Math.abs(b) + Math.abs(c) > Math.abs(a) + Math.abs(d);
  return transposed
    ? { transposed, flippedX: c < 0, flippedY: b < 0 }
    : { transposed, flippedX: a < 0, flippedY: d < 0 };
}

/** The same turn in words: mirrored left to right first, then turned clockwise. */
export function describeOrientation({ transposed, flippedX, flippedY }: Orientation): {
  rotation: 0 | 90 | 180 | 270;
  mirrored: boolean;
} {
  if (transposed) return { rotation: flippedX ? 90 : 270, mirrored: flippedX === flippedY };
  return { rotation: flippedY ? 180 : 0, mirrored: flippedX !== flippedY };
}
