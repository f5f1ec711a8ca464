import { number, objectWith, optionTable, wholeNumber } from '@tgm/options';
import { checkFlags } from '../array-checks.js';
import { MaskingError } from '../errors.js';
import type { TokenGrid, TokenScores } from '../strategy.js';
import { checkGrid, tokenCount, tokensPerSlice } from '../token-grid.js';
import { type DenseMotion, denseMotionCheck } from './dense-motion.js';
import { nearestPresent, partsPresent } from './nearest-present.js';

export interface PredictionErrorOptions {
  /** [T, height, width, 3] RGB, 0-255. */
  readonly frames: Uint8Array;
  /** How the clip moves: the codec's vectors, or matched blocks. */
  readonly field: DenseMotion;
  readonly grid: TokenGrid;
  /** Whole pixels, those of the vectors and cells of `field`. */
  readonly width: number;
  readonly height: number;
  /** Source frames from one frame of the clip to the next: the sampling stride. */
  readonly framesPerStep: number;
}

const table = optionTable(
  'predictionErrorCue',
  {
    frames: objectWith<Uint8Array>('the bytes of frames', ['length']),
    field: objectWith<DenseMotion>('motion on a raster', ['vectors', 'known', 'rows', 'columns', 'cell']),
    grid: objectWith<TokenGrid>('a token grid', ['slices', 'rows', 'columns']),
    width: wholeNumber({ from: 1 }),
    height: wholeNumber({ from: 1 }),
    framesPerStep: number({ above: 0 }),
  } satisfies Record<keyof PredictionErrorOptions, unknown>,
  MaskingError,
);

const checkDenseMotion = denseMotionCheck('predictionErrorCue');

/**
 * What motion does not explain, by token: the mean absolute difference in brightness (BT.601, 0-255) between each pixel and the
 * pixel of the frame before from which its vector says it came.
 *
 * It stands in for the residual of the codec, which OneVision-Encoder (2026) reads and FFmpeg does not tell. **It is not that
 * residual.** It is computed of the decoded pixels, at whole pixels, from the frame before in the clip, whichever frame the codec
 * predicted from.
 *
 * - A pixel without a vector is compared with its own place. Frames without any vector, such as key frames, do not count, nor
 *   does the first.
 * - A slice in which no frame counts has the numbers of the nearest slice that has some (the earlier of two); a clip without any
 *   has zeros.
 *
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function predictionErrorCue(options: PredictionErrorOptions): TokenScores {
  const checked: Required<PredictionErrorOptions> = table.check(options);
  const { frames, field, grid, width, height } = checked;
  checkGrid(grid, 'predictionErrorCue, grid');
  const framesPerToken = checkDenseMotion(field, grid, width, height);
  const frameCount = framesPerToken * grid.slices;
  checkFlags(frames, frameCount * height * width * 3, 'predictionErrorCue, frames');

  const cells = tokensPerSlice(grid);
  const sums = new Float64Array(tokenCount(grid));
  const counts = new Uint32Array(sums.length);
  const cellOfPixel = cellsOfPixels(grid, width, height);
  const moves = partsPresent(field.known, frameCount);
  let before = brightness(frames, 0, width * height);
  for (let frame = 1; frame < frameCount; frame += 1) {
    const now = brightness(frames, frame, width * height);
    if (moves[frame]) {
      const errors = errorsOf(checked, frame, now, before);
      const slice = Math.floor(frame / framesPerToken) * cells;
      for (let pixel = 0; pixel < errors.length; pixel += 1) {
        const token = slice + cellOfPixel[pixel]!;
        sums[token]! += errors[pixel]!;
        counts[token]! += 1;
      }
    }
    before = now;
  }

  const scores = new Float32Array(sums.length);
  const present = Array.from({ length: grid.slices }, (_, slice) =>
    counts.subarray(slice * cells, (slice + 1) * cells).some((count) => count > 0),
  );
  for (let token = 0; token < scores.length; token += 1) {
    const source = nearestPresent(present, Math.floor(token / cells));
    if (source === undefined) break;
    const from = source * cells + (token % cells);
    // A token smaller than a pixel may have none.
    scores[token] = sums[from]! / Math.max(1, counts[from]!);
  }
  return scores;
}

/** [height, width] the cell of a slice in which the middle of each pixel lies. */
function cellsOfPixels({ rows, columns }: TokenGrid, width: number, height: number): Uint32Array {
  return new Uint32Array(width * height).map((_, pixel) => {
    const row = Math.floor(((Math.floor(pixel / width) + 0.5) * rows) / height);
    return row * columns + Math.floor((((pixel % width) + 0.5) * columns) / width);
  });
}

/** [height, width] the error of each pixel of a frame, 0-255. */
function errorsOf(
  { field, width, height, framesPerStep }: Required<PredictionErrorOptions>,
  frame: number,
  now: Uint8Array,
  before: Uint8Array,
): Uint8Array {
  const errors = new Uint8Array(now.length);
  for (let y = 0, at = 0; y < height; y += 1) {
    const cellRow = (frame * field.rows + Math.floor((y + 0.5) / field.cell)) * field.columns;
    for (let x = 0; x < width; x += 1, at += 1) {
      const cell = cellRow + Math.floor((x + 0.5) / field.cell);
      const steps = field.known[cell] ? framesPerStep : 0;
      const fromX = clamp(x - Math.round(field.vectors[cell * 2]! * steps), width);
      const fromY = clamp(y - Math.round(field.vectors[cell * 2 + 1]! * steps), height);
      errors[at] = Math.abs(now[at]! - before[fromY * width + fromX]!);
    }
  }
  return errors;
}

const clamp = (place: number, length: number): number => Math.min(Math.max(place, 0), length - 1);

function brightness(frames: Uint8Array, frame: number, pixels: number): Uint8Array {
  const values = new Uint8Array(pixels);
  for (let pixel = 0, at = frame * pixels * 3; pixel < pixels; pixel += 1, at += 3) {
    values[pixel] = (77 * frames[at]! + 150 * frames[at + 1]! + 29 * frames[at + 2]!) >> 8;
  }
  return values;
}
