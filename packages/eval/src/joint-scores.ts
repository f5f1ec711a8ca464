/**
 * The probabilities of all combinations of one class of each group, taken as independent: their products, the last group's
 * class changing fastest.
 *
 * @param groups [classes] probabilities of each group.
 */
export function jointProbabilities(groups: readonly Float64Array[]): Float64Array {
  return groups.reduce((joint, own) => {
    const next = new Float64Array(joint.length * own.length);
    joint.forEach((before, row) => {
      own.forEach((probability, at) => {
        next[row * own.length + at] = before * probability;
      });
    });
    return next;
  }, Float64Array.of(1));
}

/** Where a combination of classes stands among them. */
export const jointClass = (labels: readonly number[], counts: readonly number[]): number =>
  labels.reduce((row, label, group) => row * counts[group]! + label, 0);
