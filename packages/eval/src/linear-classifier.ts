/** A linear classifier of D numbers into C classes: scores = x weight + bias. */
export interface LinearClassifier {
  /** [D, C] row-major. */
  readonly weight: Float64Array;
  /** [C] */
  readonly bias: Float64Array;
  readonly classes: number;
}

/** Class scores before the softmax, [count, classes]. */
export function classScores(
  { weight, bias, classes }: LinearClassifier,
  values: ArrayLike<number>,
  count: number,
): Float64Array {
  const width = weight.length / classes;
  const scores = new Float64Array(count * classes);
  for (let row = 0; row < count; row++) {
    const target = scores.subarray(row * classes, (row + 1) * classes);
    target.set(bias);
    for (let i = 0; i < width; i++) {
      const value = values[row * width + i]!;
      const start = i * classes;
      for (let c = 0; c < classes; c++) target[c]! += value * weight[start + c]!;
    }
  }
  return scores;
}
