/** Axes along which a covariance is diagonal. */
export interface PrincipalAxes {
  /** [width, width] row-major; each row is an axis of length 1, and they stand at right angles. */
  readonly axes: Float64Array;
  /** [width] variance along each axis. */
  readonly variances: Float64Array;
}

/** Sweeps for one eigenvalue; two are usual. What is left after so many is small, and the axes stand at right angles. */
const MAX_SWEEPS = 60;

/**
 * Eigenvectors of a symmetric matrix: Householder reflections make it tridiagonal, rotations with Wilkinson's shift make
 * that diagonal (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3). About 9 width^3 operations.
 *
 * @param matrix [width, width], symmetric and finite. It is not changed.
 */
export function principalAxes(matrix: ArrayLike<number>, width: number): PrincipalAxes {
  const work = Float64Array.from(matrix);
  const { diagonal, beside, axes } = tridiagonalise(work, width);
  for (let last = width - 1; last > 0; ) {
    for (let sweep = 0; sweep < MAX_SWEEPS && !isSmall(beside, diagonal, last - 1); sweep++) {
      let first = last - 1;
      while (first > 0 && !isSmall(beside, diagonal, first - 1)) first--;
      rotateOnce(diagonal, beside, axes, width, first, last);
    }
    last--;
  }
  return { axes, variances: diagonal };
}

/** Whether the number beside the diagonal between `at` and `at + 1` is nothing but rounding. */
const isSmall = (beside: Float64Array, diagonal: Float64Array, at: number): boolean =>
  Math.abs(beside[at]!) <= Number.EPSILON * (Math.abs(diagonal[at]!) + Math.abs(diagonal[at + 1]!)) ||
  Math.abs(beside[at]!) < Number.MIN_VALUE / Number.EPSILON;

/** Uses up `work`. Row i of `axes` is what the reflections make of the i-th unit vector. */
function tridiagonalise(work: Float64Array, width: number) {
  const diagonal = new Float64Array(width);
  const beside = new Float64Array(Math.max(0, width - 1));
  const mirrors: Float64Array[] = []; // mirrors[k] is 0 up to place k
  for (let k = 0; k < width - 2; k++) {
    const mirror = new Float64Array(width);
    let squares = 0;
    for (let i = k + 1; i < width; i++) {
      mirror[i] = work[k * width + i]!;
      squares += mirror[i]! ** 2;
    }
    const length = Math.sqrt(squares);
    const sign = mirror[k + 1]! < 0 ? -1 : 1;
    beside[k] = -sign * length;
    mirror[k + 1]! += sign * length;
    // |mirror|^2 = 2 (length^2 + |first| length); brought to length sqrt 2, the reflection is I - mirror mirror^T.
    const scale = length > 0 ? 1 / Math.sqrt(length * Math.abs(mirror[k + 1]!)) : 0;
    for (let i = k + 1; i < width; i++) mirror[i]! *= scale;
    mirrors.push(mirror);
    reflectBothSides(work, mirror, width, k + 1);
  }
  for (let i = 0; i < width; i++) diagonal[i] = work[i * width + i]!;
  if (width > 1) beside[width - 2] = work[(width - 2) * width + width - 1]!;

  const axes = new Float64Array(width * width);
  for (let i = 0; i < width; i++) axes[i * width + i] = 1;
  for (let row = 0; row < width; row++) {
    const axis = axes.subarray(row * width, (row + 1) * width);
    for (let k = Math.min(row - 1, mirrors.length - 1); k >= 0; k--) {
      addScaled(axis, mirrors[k]!, -dot(axis, mirrors[k]!, k + 1), k + 1);
    }
  }
  return { diagonal, beside, axes };
}

/**
 * work - mirror w^T - w mirror^T in the rows and columns from `from`,
 * with w = work mirror - (mirror^T work mirror / 2) mirror.
 */
function reflectBothSides(work: Float64Array, mirror: Float64Array, width: number, from: number): void {
  const w = new Float64Array(width);
  for (let i = from; i < width; i++) w[i] = dot(work.subarray(i * width, (i + 1) * width), mirror, from);
  addScaled(w, mirror, -dot(w, mirror, from) / 2, from);
  for (let i = from; i < width; i++) {
    const row = work.subarray(i * width, (i + 1) * width);
    const [a, b] = [mirror[i]!, w[i]!];
    for (let j = from; j < width; j++) row[j]! -= a * w[j]! + b * mirror[j]!;
  }
}

/** One implicit step with Wilkinson's shift on the part from `first` to `last`; the axes are rotated along. */
function rotateOnce(
  diagonal: Float64Array,
  beside: Float64Array,
  axes: Float64Array,
  width: number,
  first: number,
  last: number,
): void {
  const half = (diagonal[last - 1]! - diagonal[last]!) / 2;
  const side = beside[last - 1]!;
  const shift = diagonal[last]! - (side * side) / (half + (half < 0 ? -1 : 1) * Math.hypot(half, side));
  let x = diagonal[first]! - shift;
  let z = beside[first]!;
  for (let k = first; k < last; k++) {
    const length = Math.hypot(x, z);
    const [cos, sin] = length > 0 ? [x / length, z / length] : [1, 0];
    if (k > first) beside[k - 1] = length;
    const [upper, lower, between] = [diagonal[k]!, diagonal[k + 1]!, beside[k]!];
    diagonal[k] = cos * cos * upper + 2 * cos * sin * between + sin * sin * lower;
    diagonal[k + 1] = sin * sin * upper - 2 * cos * sin * between + cos * cos * lower;
    beside[k] = cos * sin * (lower - upper) + (cos * cos - sin * sin) * between;
    if (k < last - 1) {
      x = beside[k]!;
      z = sin * beside[k + 1]!;
      beside[k + 1]! *= cos;
    }
    const one = axes.subarray(k * width, (k + 1) * width);
    const other = axes.subarray((k + 1) * width, (k + 2) * width);
    for (let i = 0; i < width; i++) {
      const a = one[i]!; // no destructuring here, which takes as long as the arithmetic
      const b = other[i]!;
      one[i] = cos * a + sin * b;
      other[i] = cos * b - sin * a;
    }
  }
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let sum = 0;
  for (let i = from; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number, from: number): void {
  for (let i = from; i < target.length; i++) target[i]! += factor * source[i]!;
}
