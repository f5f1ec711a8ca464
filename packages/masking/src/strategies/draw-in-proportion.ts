import type { Random } from '@tgm/random';

/** Memory for draws from lists of up to `size` weights: a tree of their sums. */
export interface WeightTree {
  /** [2 * leaves] node n is the sum of nodes 2 n and 2 n + 1; the weights are the nodes from `leaves` on. */
  readonly sums: Float64Array;
  /** A power of two. */
  readonly leaves: number;
}

export function weightTree(size: number): WeightTree {
  let leaves = 1;
  while (leaves < size) leaves *= 2;
  return { sums: new Float64Array(2 * leaves), leaves };
}

/**
 * Sets `flags` to `flag` at up to `count` places, drawn one after the other, each in proportion to its weight among those that are
 * left. Places of weight 0 are not drawn. One draw a place.
 *
 * @param tree for lists as long as `weights`; what it holds before and after does not matter.
 * @param weights from 0.
 * @returns how many of the `count` were not drawn, since no weight was left.
 */
export function drawInProportion(
  { sums, leaves }: WeightTree,
  weights: Float32Array,
  count: number,
  flags: Uint8Array,
  flag: 0 | 1,
  random: Random,
): number {
  sums.fill(0, leaves);
  sums.set(weights, leaves);
  for (let node = leaves - 1; node > 0; node -= 1) sums[node] = sums[2 * node]! + sums[2 * node + 1]!;
  for (let drawn = 0; drawn < count; drawn += 1) {
    if (sums[1] === 0) return count - drawn;
    let share = random() * sums[1]!;
    let node = 1;
    while (node < leaves) {
      node *= 2;
      const left = sums[node]!;
      // 1 or 0, without a branch that would go by chance. Rounding must not lead to where no weight is.
      const right = Number(share >= left) & Number(sums[node + 1] !== 0);
      share -= right * left;
      node += right;
    }
    flags[node - leaves] = flag;
    // Added up anew rather than taken off: what is left of nothing is 0.
    let sum = 0;
    sums[node] = sum;
    while (node > 1) {
      sum += sums[node ^ 1]!;
      node >>= 1;
      sums[node] = sum;
    }
  }
  return 0;
}
