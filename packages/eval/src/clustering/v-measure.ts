import type { Labels } from '../features.js';

/** How well clusters and classes agree, 0 to 1. */
export interface VMeasure {
  /** 1 where each cluster holds members of one class only. */
  readonly homogeneity: number;
  /** 1 where all members of each class are in one cluster. */
  readonly completeness: number;
  /** Their harmonic mean. */
  readonly vMeasure: number;
}

/**
 * V-measure (Rosenberg and Hirschberg, EMNLP 2007) with beta 1, as scikit-learn's `homogeneity_completeness_v_measure`: entropies of
 * classes within clusters, and of clusters within classes.
 *
 * @param rows which of the examples; they may come several times.
 */
export function vMeasureOf(labels: Labels, clusters: Labels, rows: ArrayLike<number>): VMeasure {
  const [classSizes, clusterSizes, jointSizes] = [new Map(), new Map(), new Map()] as Map<number, number>[];
  const more = (sizes: Map<number, number> | undefined, key: number) =>
    sizes!.set(key, (sizes!.get(key) ?? 0) + 1);
  let widest = 0;
  for (let at = 0; at < rows.length; at++) widest = Math.max(widest, clusters[rows[at]!]!);
  for (let at = 0; at < rows.length; at++) {
    const [label, cluster] = [labels[rows[at]!]!, clusters[rows[at]!]!];
    more(classSizes, label);
    more(clusterSizes, cluster);
    more(jointSizes, label * (widest + 1) + cluster);
  }
  const entropy = (sizes: Map<number, number> | undefined) => {
    let sum = 0;
    for (const size of sizes!.values()) sum -= (size / rows.length) * Math.log(size / rows.length);
    return sum;
  };
  const [ofClasses, ofClusters, joint] = [entropy(classSizes), entropy(clusterSizes), entropy(jointSizes)];
  const shared = Math.max(0, ofClasses + ofClusters - joint); // mutual information
  // Rounding may lead a little above the whole.
  const homogeneity = ofClasses > 0 ? Math.min(1, shared / ofClasses) : 1;
  const completeness = ofClusters > 0 ? Math.min(1, shared / ofClusters) : 1;
  const sum = homogeneity + completeness;
  return { homogeneity, completeness, vMeasure: sum > 0 ? (2 * homogeneity * completeness) / sum : 0 };
}
