import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import { type Classification, classified } from './classification.js';
import { EvaluationError } from './errors.js';
import {
  checkLabelledFeatures,
  dotWithAll,
  type LabelledFeatures,
  type Labels,
  normaliseRows,
} from './features.js';
import { labelledFeatures } from './option-fields.js';

/** How neighbours vote. */
export interface KnnSettings {
  /** Neighbours that vote, 1 ... examples of `train`; 20 by default as in DINO. */
  readonly k?: number;
  /** Above 0. A neighbour votes with exp(cosine / temperature); 0.07 by default as in DINO. */
  readonly temperature?: number;
}

export interface KnnOptions extends LabelledFeatures, KnnSettings {}

/** What the votes get right of the test examples; a class without any vote is never among the five best. */
export interface KnnResult extends Classification {
  /** [test.count, classes] share of the votes that each class got; a row sums to 1. */
  readonly scores: Float64Array;
  /** [test.count, k] rows of the training set, the nearest first; of equally near ones the lowest row. */
  readonly neighbours: Uint32Array;
}

/** Neighbours that vote where the caller does not say. */
export const NEIGHBOURS = 20;

const TEMPERATURE = 0.07;

export const KNN_FIELDS = {
  k: optional(wholeNumber({ from: 1 }), NEIGHBOURS),
  temperature: optional(number({ above: 0 }), TEMPERATURE),
} satisfies Record<keyof KnnSettings, unknown>;

const OPTIONS = optionTable(
  'knn',
  { ...labelledFeatures, ...KNN_FIELDS } satisfies Record<keyof KnnOptions, unknown>,
  EvaluationError,
);

/**
 * Weighted k-nearest-neighbour classification by cosine similarity (DINO, Caron et al. 2021, section 4.1 and
 * appendix F.1).
 *
 * Training examples that are equally near share the votes that are left for them, so that their order says nothing. An
 * example of zeros has cosine 0 with all.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`,
 *   and `TOO_FEW_EXAMPLES` when `train` holds fewer than `k` examples or `test` holds none.
 */
export function knn(options: KnnOptions): KnnResult {
  const checked = OPTIONS.check(options);
  const { train, trainLabels, test, testLabels, classes, k, temperature } = checked;
  checkLabelledFeatures('knn', checked, k);

  const gallery = normaliseRows(train);
  const queries = normaliseRows(test);
  const similarity = new Float64Array(train.count);
  const scores = new Float64Array(test.count * classes);
  const neighbours = new Uint32Array(test.count * k);
  for (let row = 0; row < test.count; row++) {
    dotWithAll(queries, row, gallery, similarity);
    const nearest = largest(similarity, k);
    neighbours.set(nearest, row * k);
    const votes = scores.subarray(row * classes, (row + 1) * classes);
    countVotes(votes, similarity, nearest, trainLabels, temperature);
  }

  const voted = scores.map((share) => (share > 0 ? share : Number.NEGATIVE_INFINITY));
  return { ...classified(voted, testLabels, classes), scores, neighbours };
}

/** Writes each class's share of the votes to `votes` [classes]. */
function countVotes(
  votes: Float64Array,
  similarity: Float64Array,
  nearest: Uint32Array,
  trainLabels: Labels,
  temperature: number,
): void {
  const best = similarity[nearest[0]!]!;
  const last = similarity[nearest.at(-1)!]!;
  let nearer = 0;
  let total = 0;
  const vote = (example: number, share: number) => {
    // Less the largest exponent, which a small temperature takes beyond the range of doubles.
    const weight = share * Math.exp((similarity[example]! - best) / temperature);
    votes[trainLabels[example]!]! += weight;
    total += weight;
  };
  for (const example of nearest) {
    if (similarity[example]! === last) break;
    vote(example, 1);
    nearer++;
  }
  const tied: number[] = [];
  for (let i = 0; i < similarity.length; i++) if (similarity[i] === last) tied.push(i);
  for (const example of tied) vote(example, (nearest.length - nearer) / tied.length);
  for (let c = 0; c < votes.length; c++) votes[c]! /= total;
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
