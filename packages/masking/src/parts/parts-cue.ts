import { callable, objectWith, oneOf, optional, optionTable, wholeNumber } from '@tgm/options';
import type { Random } from '@tgm/random';
import { checkFinite, checkFloats } from '../array-checks.js';
import { MaskingError } from '../errors.js';
import { framesInSlice } from '../maps-to-tokens.js';
import { resampleBilinear } from '../resample-bilinear.js';
import type { TokenGrid, TokenParts } from '../strategy.js';
import type { PatchEmbeddings } from '../text/patch-text.js';
import { tokenCount, tokensPerSlice } from '../token-grid.js';
import { kMeans, squaredDistance } from './k-means.js';

export interface PartsCueOptions {
  /** [T, rows, columns, width] features of the clip's frames, of CLIP or another teacher. A row a slice will do too: T = slices. */
  readonly patches: PatchEmbeddings;
  readonly grid: TokenGrid;
  /** Decides where the clusters begin. */
  readonly random: Random;
  /** Parts at most, 2 to 256. Default 6. Fewer where fewer patches differ. */
  readonly count?: number;
  /** How features are compared. Default `cosine`. */
  readonly distance?: 'cosine' | 'euclidean';
  /** Rounds of k-means at most. Default 20. */
  readonly iterations?: number;
}

const WHERE = 'partsCue';

const table = optionTable(
  WHERE,
  {
    patches: objectWith<PatchEmbeddings>('patch embeddings', [
      'values',
      'frameCount',
      'rows',
      'columns',
      'width',
    ]),
    grid: objectWith<TokenGrid>('a token grid', ['slices', 'rows', 'columns']),
    random: callable<Random>(),
    count: optional(wholeNumber({ from: 2, to: 256 }), 6),
    distance: optional(oneOf(['cosine', 'euclidean']), 'cosine'),
    iterations: optional(wholeNumber({ from: 1 }), 20),
  } satisfies Record<keyof PartsCueOptions, unknown>,
  MaskingError,
);

const side = wholeNumber({ from: 1 });

const patchSides = optionTable(
  `${WHERE}, patches`,
  { frameCount: side, rows: side, columns: side, width: side },
  MaskingError,
);

/**
 * The part of the clip that each token belongs to: clusters of a teacher's features. Features are averaged over the frames of each
 * tubelet and clustered over the whole clip by k-means, so a part has one number in all slices. A token belongs to the cluster to
 * whose centre it is nearest; where the patches lie on another grid than the tokens, the maps of the distances are brought to the
 * token grid by bilinear interpolation. T frames are shared out evenly among the slices.
 *
 * Our reconstruction: SemMAE (G. Li et al. 2022, section 3.1) learns its parts by an autoencoder on features of iBOT.
 *
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` when T is no multiple of the slices, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`,
 *   `CUE_NOT_FINITE` (also, by the cosine, for a zero vector, which has no direction).
 */
export function partsCue(options: PartsCueOptions): TokenParts {
  const { patches, grid, random, count, distance, iterations } = table.check(options);
  const { values, frameCount, rows, columns, width } = patches;
  patchSides.check({ frameCount, rows, columns, width });
  checkFloats(values, frameCount * rows * columns * width, `${WHERE}, patches`);
  const points = meanOfFrames(values, framesInSlice(frameCount, grid, WHERE), rows * columns * width);
  checkFinite(points, `${WHERE}, patches`);
  const unit = distance === 'cosine';
  if (unit) normalise(points, width);
  const centres = kMeans({ points, width, clusters: count, iterations, unit, random });

  const perSlice = tokensPerSlice(grid);
  const cells = rows * columns;
  const parts = new Uint8Array(tokenCount(grid));
  const least = new Float32Array(perSlice);
  const map = { values: new Float32Array(cells), rows, columns };
  for (let slice = 0; slice < grid.slices; slice += 1) {
    least.fill(Number.POSITIVE_INFINITY);
    for (let part = 0; part * width < centres.length; part += 1) {
      for (let cell = 0; cell < cells; cell += 1) {
        const from = (slice * cells + cell) * width;
        map.values[cell] = squaredDistance(points, from, centres, part * width, width);
      }
      resampleBilinear(map, grid.rows, grid.columns).forEach((far, token) => {
        if (far >= least[token]!) return;
        least[token] = far;
        parts[slice * perSlice + token] = part;
      });
    }
  }
  return parts;
}

/** [T, size] to [T / count, size]. */
function meanOfFrames(values: Float32Array, count: number, size: number): Float32Array {
  const means = new Float32Array(values.length / count);
  for (let at = 0; at < means.length; at += 1) {
    const first = Math.floor(at / size) * count * size + (at % size);
    let sum = 0;
    for (let frame = 0; frame < count; frame += 1) sum += values[first + frame * size]!;
    means[at] = sum / count;
  }
  return means;
}

/**
 * Brings rows to length 1.
 *
 * @throws MaskingError `CUE_NOT_FINITE` for a row of zeros.
 */
function normalise(rows: Float32Array, width: number): void {
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length === 0) {
      throw new MaskingError('CUE_NOT_FINITE', {
        where: `${WHERE}, patches`,
        expected: 'features that have a direction, which the cosine compares',
        received: `a length of 0 for patch ${start / width}, the mean of its tubelet's frames`,
      });
    }
    row.forEach((value, at) => {
      row[at] = value / length;
    });
  }
}
