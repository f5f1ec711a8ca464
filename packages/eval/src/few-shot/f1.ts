/** F1 of the classes, 0 to 1. */
export interface F1 {
  /** The mean over the classes that are there, among the labels or the predictions. */
  readonly macro: number;
  /** The mean over the examples of the F1 of their class. */
  readonly weighted: number;
}

/**
 * 2 hits / (labels + predictions) of each class, as `f1_score` of scikit-learn.
 *
 * @param confusion [classes, classes] examples of the row's class that were taken for the column's.
 */
export function f1Of(confusion: Uint32Array): F1 {
  const classes = Math.sqrt(confusion.length);
  let sum = 0;
  let weighted = 0;
  let there = 0;
  let count = 0;
  for (let c = 0; c < classes; c++) {
    let labelled = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      labelled += confusion[c * classes + other]!;
      predicted += confusion[other * classes + c]!;
    }
    if (labelled + predicted === 0) continue;
    const own = (2 * confusion[c * classes + c]!) / (labelled + predicted);
    there += 1;
    count += labelled;
    sum += own;
    weighted += labelled * own;
  }
  return { macro: sum / there, weighted: weighted / count };
}
