import { ShapeMismatchError, TooFewExamplesError } from './errors.js';
import { checkFeatures, checkSameWidth, dotWithAll, type Features, normaliseRows } from './features.js';

export interface RetrievalOptions {
  /** [Q, E] */
  readonly queries: Features;
  /** [G, E] */
  readonly gallery: Features;
  /** [Q] group of each query. An item of the gallery is right for a query when both have the same group. */
  readonly queryGroups: ArrayLike<number>;
  /** [G] */
  readonly galleryGroups: ArrayLike<number>;
}

/** Percentages of queries that have a right item among the first 1, 5 and 10. */
export interface Recall {
  readonly at1: number;
  readonly at5: number;
  readonly at10: number;
}

export interface RetrievalResult {
  readonly recall: Recall;
  /** Median over queries of the place of the first right item, 1 the best. */
  readonly medianRank: number;
  /** The recall that a random order of the gallery gives in the mean; above k / G where groups repeat. */
  readonly chance: Recall;
  /** [Q] place of the first right item. */
  readonly ranks: Uint32Array;
}

/**
 * Ranks the gallery for each query by cosine similarity.
 *
 * Duplicates: videos that share one caption share one group, and each of them is right for that caption, as
 * the contrastive loss takes none of them for a negative of the others. The rank is that of the best of them.
 * Ties: wrong items with the same similarity as the best right item count as ranked before it, so that a
 * model which gives every video the same vector scores 0 and not 100.
 *
 * Throws SHAPE_MISMATCH, NON_FINITE_FEATURE, and TOO_FEW_EXAMPLES when a side is empty or a query has no right
 * item at all.
 */
export function retrieval(options: RetrievalOptions): RetrievalResult {
  const { queryGroups, galleryGroups } = options;
  checkSide('retrieval queries', options.queries, queryGroups);
  checkSide('retrieval gallery', options.gallery, galleryGroups);
  checkSameWidth('retrieval', options.queries, options.gallery);
  const queries = normaliseRows(options.queries);
  const gallery = normaliseRows(options.gallery);

  const sizes = new Map<number, number>();
  for (let g = 0; g < gallery.count; g++) {
    sizes.set(galleryGroups[g]!, (sizes.get(galleryGroups[g]!) ?? 0) + 1);
  }
  const similarity = new Float64Array(gallery.count);
  const ranks = new Uint32Array(queries.count);
  for (let q = 0; q < queries.count; q++) {
    const group = queryGroups[q]!;
    if (!sizes.has(group))
      throw new TooFewExamplesError(`retrieval gallery, group ${group} of query ${q}`, 1, 0);
    dotWithAll(queries, q, gallery, similarity);
    let best = Number.NEGATIVE_INFINITY;
    for (let g = 0; g < gallery.count; g++) {
      if (galleryGroups[g] === group) best = Math.max(best, similarity[g]!);
    }
    let rank = 1;
    for (let g = 0; g < gallery.count; g++) {
      if (galleryGroups[g] !== group && similarity[g]! >= best) rank++;
    }
    ranks[q] = rank;
  }

  const recallAt = (k: number) => (100 * ranks.filter((rank) => rank <= k).length) / ranks.length;
  const chanceAt = (k: number) => {
    let sum = 0;
    for (let q = 0; q < queries.count; q++)
      sum += chanceOfRight(gallery.count, sizes.get(queryGroups[q]!)!, k);
    return (100 * sum) / queries.count;
  };
  return {
    recall: { at1: recallAt(1), at5: recallAt(5), at10: recallAt(10) },
    medianRank: median(ranks),
    chance: { at1: chanceAt(1), at5: chanceAt(5), at10: chanceAt(10) },
    ranks,
  };
}

/**
 * Features in the space of the text embeddings: features x weight transposed, L2-normalised, [count, E].
 * `weight` is [E, D] row-major, `contrastive.projection.weight` of the contrastive loss.
 * Throws SHAPE_MISMATCH when the weight's length is not a multiple of D, and NON_FINITE_FEATURE.
 */
export function projectVideo(features: Features, weight: Float32Array): Features {
  checkFeatures('projectVideo', features);
  const { count, width } = features;
  const projected = weight.length / width;
  if (!Number.isInteger(projected) || projected < 1) {
    throw new ShapeMismatchError('projectVideo weight', `[E, ${width}]`, `${weight.length} numbers`);
  }
  const matrix = { values: weight, count: projected, width };
  const values = new Float32Array(count * projected);
  const row = new Float64Array(projected);
  for (let i = 0; i < count; i++) {
    dotWithAll(features, i, matrix, row);
    values.set(row, i * projected);
  }
  return normaliseRows({ values, count, width: projected });
}

function checkSide(where: string, side: Features, groups: ArrayLike<number>): void {
  checkFeatures(where, side);
  if (side.count < 1) throw new TooFewExamplesError(where, 1, side.count);
  if (groups.length !== side.count)
    throw new ShapeMismatchError(where, `${side.count} groups`, `${groups.length}`);
}

/** 1 - (ways to draw k of the wrong items) / (ways to draw k of all). */
function chanceOfRight(gallery: number, right: number, k: number): number {
  let none = 1;
  for (let i = 0; i < Math.min(k, gallery); i++) none *= Math.max(0, gallery - right - i) / (gallery - i);
  return 1 - none;
}

function median(values: Uint32Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
