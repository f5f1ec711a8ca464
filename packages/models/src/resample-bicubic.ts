/** Steepness of the cubic at its ends (R. Keys, 1981), as PyTorch, OpenCV and so the published tables have it. */
const A = -0.75;

/**
 * A raster of vectors at another size by cubic interpolation, samples at cell centres and the border repeated: PyTorch's
 * `interpolate(mode="bicubic", align_corners=False)`.
 *
 * @param values [rows, columns, width]
 * @returns [toRows, toColumns, width]
 */
export function resampleBicubic(
  values: Float32Array,
  { rows, columns, width }: { readonly rows: number; readonly columns: number; readonly width: number },
  toRows: number,
  toColumns: number,
): Float32Array {
  const down = Array.from({ length: toRows }, (_, row) => taps(row, rows, toRows));
  const across = Array.from({ length: toColumns }, (_, column) => taps(column, columns, toColumns));
  const result = new Float32Array(toRows * toColumns * width);
  for (const [row, vertical] of down.entries()) {
    for (const [column, horizontal] of across.entries()) {
      const start = (row * toColumns + column) * width;
      for (const { index: y, weight: v } of vertical) {
        for (const { index: x, weight: h } of horizontal) {
          const from = (y * columns + x) * width;
          for (let place = 0; place < width; place++) {
            result[start + place]! += v * h * values[from + place]!;
          }
        }
      }
    }
  }
  return result;
}

interface Tap {
  readonly index: number;
  readonly weight: number;
}

/** The four samples around a place of the new raster, and their weights. */
function taps(place: number, from: number, to: number): Tap[] {
  const centre = ((place + 0.5) * from) / to - 0.5;
  const first = Math.floor(centre) - 1;
  return [0, 1, 2, 3].map((tap) => ({
    index: Math.min(Math.max(first + tap, 0), from - 1),
    weight: cubic(Math.abs(centre - (first + tap))),
  }));
}

/** The weight of a sample at a distance in [0, 2]. */
function cubic(distance: number): number {
  if (distance <= 1) return ((A + 2) * distance - (A + 3)) * distance ** 2 + 1;
  return ((A * distance - 5 * A) * distance + 8 * A) * distance - 4 * A;
}
