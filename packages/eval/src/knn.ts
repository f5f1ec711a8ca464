import { bestClasses, rankOfLabel, topK } from './accuracy.js';
import { ShapeMismatchError, TooFewExamplesError } from './errors.js';
import {
  checkFeatures,
  checkLabels,
  checkSameWidth,
  dotWithAll,
  type Features,
  type Labels,
  normaliseRows,
} from './features.js';

export interface KnnOptions {
  readonly train: Features;
  readonly trainLabels: Labels;
  readonly test: Features;
  readonly testLabels: Labels;
  readonly classes: number;
  /** Neighbours that vote, 20 by default as in DINO. */
  readonly k?: number;
  /** A neighbour votes with exp(cosine / temperature); 0.07 by default as in DINO. */
  readonly temperature?: number;
}

export interface KnnResult {
  /** Percentage of test examples whose class got the most votes. */
  readonly top1: number;
  /** Percentage whose class is among the five with most votes; a class without any vote never counts. */
  readonly top5: number;
  /** [test.count] */
  readonly predictions: Int32Array;
  /** [test.count, classes] summed votes. */
  readonly scores: Float64Array;
  /** [test.count, k] rows of the training set, the nearest first. */
  readonly neighbours: Uint32Array;
}

/**
 * Weighted k-nearest-neighbour classification by cosine similarity (DINO, Caron et al. 2021, section 4.1 and
 * appendix F.1).
 *
 * Throws LABELS_MISMATCH, LABEL_OUT_OF_RANGE, SHAPE_MISMATCH, NON_FINITE_FEATURE, and TOO_FEW_EXAMPLES when
 * `train` holds fewer than `k` examples or `test` holds none.
 */
export function knn(options: KnnOptions): KnnResult {
  const { train, trainLabels, test, testLabels, classes, k = 20, temperature = 0.07 } = options;
  checkFeatures('knn train', train);
  checkFeatures('knn test', test);
  checkSameWidth('knn', train, test);
  checkLabels('knn train', train.count, trainLabels, classes);
  checkLabels('knn test', test.count, testLabels, classes);
  if (!Number.isInteger(k) || k < 1) throw new ShapeMismatchError('knn', 'k a whole number from 1', `${k}`);
  if (!(temperature > 0)) throw new ShapeMismatchError('knn', 'temperature above 0', `${temperature}`);
  if (train.count < k) throw new TooFewExamplesError('knn train', k, train.count);
  if (test.count < 1) throw new TooFewExamplesError('knn test', 1, test.count);

  const gallery = normaliseRows(train);
  const queries = normaliseRows(test);
  const similarity = new Float64Array(train.count);
  const scores = new Float64Array(test.count * classes);
  const neighbours = new Uint32Array(test.count * k);
  for (let row = 0; row < test.count; row++) {
    dotWithAll(queries, row, gallery, similarity);
    const nearest = largest(similarity, k);
    neighbours.set(nearest, row * k);
    for (const neighbour of nearest) {
      scores[row * classes + trainLabels[neighbour]!]! += Math.exp(similarity[neighbour]! / temperature);
    }
  }

  const predictions = bestClasses(scores, test.count, classes);
  let amongFive = 0;
  for (let row = 0; row < test.count; row++) {
    const label = testLabels[row]!;
    const hasVotes = scores[row * classes + label]! > 0;
    if (hasVotes && rankOfLabel(scores, row, classes, label) <= 5) amongFive++;
  }
  return {
    top1: topK(scores, testLabels, classes, 1),
    top5: (100 * amongFive) / test.count,
    predictions,
    scores,
    neighbours,
  };
}

/** Positions of the k largest values, the largest first; of equals the lowest position. */
function largest(values: Float64Array, k: number): Uint32Array {
  const best = new Uint32Array(k);
  let filled = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (filled === k && value <= values[best[k - 1]!]!) continue;
    let at = filled < k ? filled++ : k - 1;
    for (; at > 0 && values[best[at - 1]!]! < value; at--) best[at] = best[at - 1]!;
    best[at] = i;
  }
  return best;
}
