/** As many labels as examples were expected, and another number came. */
export class LabelsMismatchError extends Error {
  readonly code = 'LABELS_MISMATCH';
  override readonly name = 'LabelsMismatchError';
  constructor(
    readonly where: string,
    readonly examples: number,
    readonly labels: number,
  ) {
    super(`${where}: ${examples} examples need ${examples} labels, but ${labels} came.`);
  }
}

/** A label is not a whole number in 0 ... classes - 1. */
export class LabelRangeError extends Error {
  readonly code = 'LABEL_OUT_OF_RANGE';
  override readonly name = 'LabelRangeError';
  constructor(
    readonly where: string,
    readonly index: number,
    readonly label: number,
    readonly classes: number,
  ) {
    super(
      `${where}: label ${label} of example ${index} is not a whole number from 0 to ${classes - 1} (${classes} classes).`,
    );
  }
}

/** The set is too small for what is asked of it. */
export class TooFewExamplesError extends Error {
  readonly code = 'TOO_FEW_EXAMPLES';
  override readonly name = 'TooFewExamplesError';
  constructor(
    readonly where: string,
    readonly needed: number,
    readonly count: number,
  ) {
    super(`${where}: at least ${needed} examples are needed, but ${count} came.`);
  }
}

/** An array has another length than its stated shape. */
export class ShapeMismatchError extends Error {
  readonly code = 'SHAPE_MISMATCH';
  override readonly name = 'ShapeMismatchError';
  constructor(
    readonly where: string,
    readonly expected: string,
    readonly actual: string,
  ) {
    super(`${where}: expected ${expected}, got ${actual}.`);
  }
}

/** A feature is NaN or infinite; scores of it would mean nothing. */
export class NonFiniteFeatureError extends Error {
  readonly code = 'NON_FINITE_FEATURE';
  override readonly name = 'NonFiniteFeatureError';
  constructor(
    readonly where: string,
    readonly row: number,
    readonly column: number,
  ) {
    super(
      `${where}: number ${column} of example ${row} is NaN or infinite; the parameters may have diverged.`,
    );
  }
}
