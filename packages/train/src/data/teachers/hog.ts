import type { PatchConfig } from '@tgm/models';

export interface HogShape extends PatchConfig {
  /** Directions that are told apart, over half a turn. */
  readonly bins: number;
  /** Pixels of a cell's side; divides the patch. */
  readonly cellSize: number;
}

/** Added to the squared length of a histogram, so that a flat cell's stays zero. */
const EPSILON = 1e-12;

/**
 * Histograms of gradients of the first frame of each tubelet (MaskFeat, arXiv 2112.09133; facebookresearch/SlowFast, `HOGLayerC`):
 * each colour channel's gradient by Sobel's kernels with the border mirrored, its length added to the bin of its direction
 * without a sign, summed over cells, and each histogram brought to the length 1. In whole numbers, so that a gradient that is zero has no
 * direction made of rounding.
 *
 * @param frames [T, H, W, 3] RGB, 0-255.
 * @returns [N, 3 * bins * cells], cells = (patchSize / cellSize)^2: of each token by channel, bin, and the cell's row and column.
 */
export function hog(frames: Uint8Array, shape: HogShape): Float32Array {
  const { numFrames, tubeletSize, imageSize, patchSize, bins, cellSize } = shape;
  const slices = numFrames / tubeletSize;
  const perSide = imageSize / patchSize;
  const cellsPerSide = patchSize / cellSize;
  const cells = cellsPerSide * cellsPerSide;
  const width = 3 * bins * cells;
  const frameSize = imageSize * imageSize * 3;
  const features = new Float32Array(slices * perSide * perSide * width);
  const histogram = new Float64Array(bins);
  for (let slice = 0; slice < slices; slice += 1) {
    const frame = frames.subarray(slice * tubeletSize * frameSize, (slice * tubeletSize + 1) * frameSize);
    for (let row = 0; row < imageSize; row += cellSize) {
      for (let column = 0; column < imageSize; column += cellSize) {
        const token =
          (slice * perSide + Math.floor(row / patchSize)) * perSide + Math.floor(column / patchSize);
        const cell = ((row % patchSize) / cellSize) * cellsPerSide + (column % patchSize) / cellSize;
        for (let channel = 0; channel < 3; channel += 1) {
          addGradients(frame, imageSize, channel, row, column, cellSize, histogram.fill(0));
          const length = Math.sqrt(histogram.reduce((sum, value) => sum + value * value, EPSILON));
          const first = token * width + channel * bins * cells + cell;
          for (let bin = 0; bin < bins; bin += 1) features[first + bin * cells] = histogram[bin]! / length;
        }
      }
    }
  }
  return features;
}

/** Adds the gradients of a cell's pixels, whose top left one is at `row` and `column`. */
function addGradients(
  frame: Uint8Array,
  size: number,
  channel: number,
  row: number,
  column: number,
  cellSize: number,
  histogram: Float64Array,
): void {
  const bins = histogram.length;
  for (let y = row; y < row + cellSize; y += 1) {
    const above = mirrored(y - 1, size) * size;
    const here = y * size;
    const below = mirrored(y + 1, size) * size;
    for (let x = column; x < column + cellSize; x += 1) {
      const left = mirrored(x - 1, size);
      const right = mirrored(x + 1, size);
      const at = (line: number, place: number): number => frame[(line + place) * 3 + channel]!;
      const across =
        at(above, right) -
        at(above, left) +
        2 * (at(here, right) - at(here, left)) +
        at(below, right) -
        at(below, left);
      const down =
        at(below, left) -
        at(above, left) +
        2 * (at(below, x) - at(above, x)) +
        at(below, right) -
        at(above, right);
      const turn = Math.floor((Math.atan2(across, down) / Math.PI) * bins); // -bins to bins
      histogram[(turn + bins) % bins]! += Math.sqrt(across * across + down * down);
    }
  }
}

/** The neighbour inside of the image: the border is the mirror. */
const mirrored = (place: number, size: number): number =>
  place < 0 ? -place : place >= size ? 2 * size - 2 - place : place;
