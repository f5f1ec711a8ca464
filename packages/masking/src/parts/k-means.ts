import { callable, flag, optionTable, wholeNumber } from '@tgm/options';
import { type Random, uniformIndex } from '@tgm/random';
import { checkFinite, floatsField } from '../array-checks.js';
import { MaskingError } from '../errors.js';

export interface KMeansOptions {
  /** [points, width], at least one point, finite. */
  readonly points: Float32Array;
  readonly width: number;
  /** Centres at most; fewer where there are fewer different points. */
  readonly clusters: number;
  /** Rounds at most; with 0 the centres are those of k-means++. */
  readonly iterations: number;
  /** Whether centres are brought to length 1, as for points of length 1 that are compared by their cosine. */
  readonly unit: boolean;
  readonly random: Random;
}

const positive = wholeNumber({ from: 1 });

const table = optionTable(
  'kMeans',
  {
    points: floatsField,
    width: positive,
    clusters: positive,
    iterations: wholeNumber({ from: 0 }),
    unit: flag(),
    random: callable<Random>(),
  } satisfies Record<keyof KMeansOptions, unknown>,
  MaskingError,
);

/**
 * The centres of clusters, [centres, width]. They begin as points drawn by k-means++ (Arthur & Vassilvitskii 2007), each with a
 * probability in proportion to its squared distance to those before it. Then Lloyd's rounds go on until no point changes its
 * centre. A centre that loses all its points stays where it is. One draw for each centre.
 *
 * @throws MaskingError `OPTION_INVALID`, `CUE_WRONG_SIZE` for numbers that are no points of the width, `CUE_NOT_FINITE`.
 */
export function kMeans(options: KMeansOptions): Float32Array {
  const checked = table.check(options);
  const { points, width, iterations, unit } = checked;
  const count = points.length / width;
  if (count === 0 || !Number.isInteger(count)) {
    throw new MaskingError('CUE_WRONG_SIZE', {
      where: 'kMeans, points',
      expected: `one or more points of ${width} numbers`,
      received: `${points.length} numbers`,
    });
  }
  checkFinite(points, 'kMeans, points');
  const centres = firstCentres(checked);
  const clusters = centres.length / width;
  const nearest = new Uint32Array(count).fill(clusters);
  const sums = new Float64Array(centres.length);
  const sizes = new Uint32Array(clusters);
  for (let round = 0; round < iterations; round += 1) {
    let changed = false;
    sums.fill(0);
    sizes.fill(0);
    for (let point = 0; point < count; point += 1) {
      const centre = nearestCentre(points, point * width, centres, width);
      if (nearest[point] !== centre) changed = true;
      nearest[point] = centre;
      sizes[centre]! += 1;
      for (let at = 0; at < width; at += 1) sums[centre * width + at]! += points[point * width + at]!;
    }
    if (!changed) break;
    for (let centre = 0; centre < clusters; centre += 1) {
      if (sizes[centre] === 0) continue;
      const start = centre * width;
      const sum = sums.subarray(start, start + width);
      const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
      // Points of a cluster that cancel each other have no direction: its centre stays.
      if (unit && length === 0) continue;
      const size = unit ? length : sizes[centre]!;
      for (let at = 0; at < width; at += 1) centres[start + at] = sum[at]! / size;
    }
  }
  return centres;
}

/** Squared distance of the point at `from` to the centre at `to`. */
export function squaredDistance(
  points: Float32Array,
  from: number,
  centres: Float32Array,
  to: number,
  width: number,
): number {
  let sum = 0;
  for (let at = 0; at < width; at += 1) {
    const difference = points[from + at]! - centres[to + at]!;
    sum += difference * difference;
  }
  return sum;
}

/** For points and centres of length 1 it is that of the largest cosine too. Equally near ones go by their number. */
function nearestCentre(points: Float32Array, from: number, centres: Float32Array, width: number): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < centres.length; start += width) {
    const distance = squaredDistance(points, from, centres, start, width);
    if (distance < least) {
      least = distance;
      nearest = start / width;
    }
  }
  return nearest;
}

function firstCentres({ points, width, clusters, random }: KMeansOptions): Float32Array {
  const count = points.length / width;
  const centres = new Float32Array(clusters * width);
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = uniformIndex(count, random);
  for (let centre = 0; centre < clusters; centre += 1) {
    const start = centre * width;
    centres.set(points.subarray(chosen * width, (chosen + 1) * width), start);
    let total = 0;
    for (let point = 0; point < count; point += 1) {
      const distance = squaredDistance(points, point * width, centres, start, width);
      distances[point] = Math.min(distances[point]!, distance);
      total += distances[point]!;
    }
    if (total === 0) return centres.slice(0, start + width);
    if (centre + 1 < clusters) chosen = pointAt(distances, random() * total);
  }
  return centres;
}

/** The first point at which the sum of the distances is above `share`. */
function pointAt(distances: Float64Array, share: number): number {
  let last = 0;
  let sum = 0;
  for (let point = 0; point < distances.length; point += 1) {
    if (distances[point] === 0) continue;
    last = point;
    sum += distances[point]!;
    if (sum > share) break;
  }
  return last;
}
