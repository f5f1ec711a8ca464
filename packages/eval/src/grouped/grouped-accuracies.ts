import { hitAmong } from '../accuracy.js';
import { type Accuracies, accuracies, type Classification, classified } from '../classification.js';
import type { Labels } from '../features.js';
import { jointClass, jointProbabilities } from '../joint-scores.js';
import { joinOutcomes, type Outcome } from '../outcome.js';

/** Accuracies of one label an example, or of several, such as a verb and a noun. */
export interface GroupedAccuracies {
  /** By the name of the group; `classification` where there is one alone. */
  readonly groups: Readonly<Record<string, Classification>>;
  /**
   * Of several groups: examples for which all are right, such as an action of a verb and a noun. Combinations of classes are
   * ordered by the product of their probabilities, and each is a class of its own.
   */
  readonly all?: Accuracies;
  /** All figures, example by example: those of a single group, else `<group>/<figure>` and `all/<figure>`. */
  readonly outcome: Outcome;
}

/** @param probabilities of each example, [classes] of each group. */
export function groupedAccuracies(
  groups: readonly { readonly name: string; readonly labels: Labels }[],
  probabilities: readonly (readonly Float64Array[])[],
): GroupedAccuracies {
  const named = Object.fromEntries(
    groups.map(({ name, labels }, at) => [name, ofGroup(probabilities, at, labels)]),
  );
  if (groups.length === 1) return { groups: named, outcome: named[groups[0]!.name]!.outcome };
  const all = ofAllGroups(
    probabilities,
    groups.map(({ labels }) => labels),
  );
  return { groups: named, all, outcome: joinOutcomes({ ...named, all }) };
}

function ofGroup(
  probabilities: readonly (readonly Float64Array[])[],
  at: number,
  labels: Labels,
): Classification {
  const classes = probabilities[0]![at]!.length;
  const scores = new Float64Array(probabilities.length * classes);
  for (const [row, groups] of probabilities.entries()) scores.set(groups[at]!, row * classes);
  return classified(scores, labels, classes);
}

/** Example by example: all combinations of all examples are too many to be held. */
function ofAllGroups(
  probabilities: readonly (readonly Float64Array[])[],
  labels: readonly Labels[],
): Accuracies {
  const [first, amongFive] = [new Float64Array(probabilities.length), new Float64Array(probabilities.length)];
  const joint = probabilities.map((groups, row) => {
    const scores = jointProbabilities(groups);
    const label = jointClass(
      labels.map((own) => own[row]!),
      groups.map(({ length }) => length),
    );
    first[row] = 100 * hitAmong(1, scores, 0, scores.length, label);
    amongFive[row] = 100 * hitAmong(5, scores, 0, scores.length, label);
    return label;
  });
  return accuracies(first, amongFive, joint);
}
