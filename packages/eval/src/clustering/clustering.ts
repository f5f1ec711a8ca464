import { kMeans } from '@tgm/masking';
import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import { seededRandom } from '@tgm/random';
import { EvaluationError } from '../errors.js';
import { checkCount, checkFeatures, checkLabels, type Features, type Labels } from '../features.js';
import { features, labels } from '../option-fields.js';
import { figuresOf, type Outcome } from '../outcome.js';

/** How clusters are found. */
export interface ClusteringSettings {
  /** Clusters at most, from 1; as many as there are classes by default, as in mteb. */
  readonly clusters?: number;
  /** Times that k-means starts anew, from 1; the tightest clusters are taken. 10 by default. */
  readonly starts?: number;
  /** Decides where k-means starts. */
  readonly seed: number;
}

export interface ClusteringOptions extends ClusteringSettings {
  readonly features: Features;
  /** [count] whole numbers from 0; the classes that the clusters are compared with. */
  readonly labels: Labels;
}

/** How well clusters and classes agree, in per cent. */
export interface ClusteringResult {
  /** The harmonic mean of the two below. */
  readonly vMeasure: number;
  /** 100 where each cluster holds members of one class only. */
  readonly homogeneity: number;
  /** 100 where all members of each class are in one cluster. */
  readonly completeness: number;
  /** [count] the cluster of each example. */
  readonly assignments: Int32Array;
  /** Sum of the squared distances of the examples to the mean of their cluster. */
  readonly inertia: number;
  /** These three figures. `intervals` refuses them and says why. */
  readonly outcome: Outcome;
}

export const CLUSTER_FIELDS = {
  clusters: optional(wholeNumber({ from: 1 })),
  starts: optional(wholeNumber({ from: 1 }), 10),
  seed: number(),
} satisfies Record<keyof ClusteringSettings, unknown>;

const OPTIONS = optionTable(
  'clustering',
  { ...CLUSTER_FIELDS, features: features(), labels: labels() } satisfies Record<
    keyof ClusteringOptions,
    unknown
  >,
  EvaluationError,
);

/** Numbers of a class and of a cluster are joined into one, which has to be exact in a double. */
export const MOST_CLASSES = 2 ** 31;

/** Rounds of Lloyd at most, scikit-learn's default. */
const ROUNDS = 300;

/**
 * Clusters features by k-means, without their labels, and compares the clusters with the classes by V-measure, as mteb's clustering
 * tasks do. Features go in as they are: normalise them first where only their direction counts.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`,
 *   `TOO_FEW_EXAMPLES` without examples.
 */
export function clustering(options: ClusteringOptions): ClusteringResult {
  const { features, labels, starts, seed, ...given } = OPTIONS.check(options);
  checkFeatures('clustering features', features);
  checkCount('clustering features', features.count, 1);
  checkLabels('clustering', features.count, labels, MOST_CLASSES);
  const clusters = given.clusters ?? new Set(Array.from(labels)).size;
  const found = Array.from({ length: starts }, (_, start) => {
    const centres = kMeans({
      points: features.values,
      width: features.width,
      clusters,
      iterations: ROUNDS,
      unit: false,
      random: seededRandom('clusters', seed, start),
    });
    return assigned(features, centres);
  });
  const best = found.reduce((least, each) => (each.inertia < least.inertia ? each : least));
  const figure = (of: 'vMeasure' | 'homogeneity' | 'completeness') =>
    ({ values: Float64Array.from(best.assignments), summary: of, labels }) as const;
  const outcome = {
    count: features.count,
    figures: {
      vMeasure: figure('vMeasure'),
      homogeneity: figure('homogeneity'),
      completeness: figure('completeness'),
    },
  } satisfies Outcome;
  return { ...figuresOf<keyof typeof outcome.figures>(outcome), ...best, outcome };
}

/** The nearest centre of each example. */
function assigned({ values, count, width }: Features, centres: Float32Array) {
  const assignments = new Int32Array(count);
  let inertia = 0;
  for (let row = 0; row < count; row++) {
    let least = Number.POSITIVE_INFINITY;
    for (let centre = 0; centre * width < centres.length; centre++) {
      let distance = 0;
      for (let i = 0; i < width; i++)
        distance += (values[row * width + i]! - centres[centre * width + i]!) ** 2;
      if (distance >= least) continue;
      least = distance;
      assignments[row] = centre;
    }
    inertia += least;
  }
  return { assignments, inertia };
}
