import { hitAmong } from './accuracy.js';
import type { Labels } from './features.js';
import type { FittedPoint, SoftmaxRegression } from './softmax-regression.js';

/**
 * Strong to weak, two to a decade: 10, 3, 1 ... 3e-8, 1e-8. Encoders of Moving Shapes are best between 1e-7 and 3e-5, pixels
 * at 0.03 to 0.1; towards either end the accuracy hardly moves any more.
 */
const STRENGTHS: readonly number[] = [1, 0, -1, -2, -3, -4, -5, -6, -7, -8]
  .flatMap((exponent) => [Number(`3e${exponent}`), Number(`1e${exponent}`)])
  .slice(1);

/** How well a strength did on examples that the fits had not seen. */
export interface ValidatedStrength {
  readonly l2: number;
  /** Percentage of all training examples that the fit without their fold got right. */
  readonly top1: number;
}

export interface ChosenStrength {
  readonly l2: number;
  /** Whether `l2` is an end of the grid and did better than the strength next to it, so that the best may lie beyond. */
  readonly atEdge: boolean;
  /** Mean over the folds of what was found there: where to start on all examples. */
  readonly start: FittedPoint;
  /** All of `STRENGTHS`, in their order. */
  readonly validation: readonly ValidatedStrength[];
}

/** Largest entry of the gradient; a hundredth of it changes no accuracy by more than a few examples in a thousand. */
const TOLERANCE = 1e-3;

/**
 * Fits every strength without each fold in turn, each fit from that of the strength before, and takes the strength that gets
 * most of the left-out examples right; of equals the strongest.
 */
export async function chooseStrength(
  regression: SoftmaxRegression,
  labels: Labels,
  classes: number,
  foldOf: ArrayLike<number>,
  folds: number,
): Promise<ChosenStrength> {
  let points: (FittedPoint | undefined)[] = new Array(folds).fill(undefined);
  let best: { at: number; start: FittedPoint } | undefined;
  const validation: ValidatedStrength[] = [];
  for (const [at, l2] of STRENGTHS.entries()) {
    let hits = 0;
    const fitted: FittedPoint[] = [];
    for (let fold = 0; fold < folds; fold++) {
      const start = points[fold];
      const leavesOut = (row: number) => foldOf[row] === fold;
      const point = await regression.fit({ l2, tolerance: TOLERANCE, leavesOut, ...(start && { start }) });
      const scores = await regression.scores(point);
      for (let row = 0; row < labels.length; row++) {
        if (leavesOut(row)) hits += hitAmong(1, scores, row, classes, labels[row]!);
      }
      fitted.push(point);
    }
    points = fitted;
    validation.push({ l2, top1: (100 * hits) / labels.length });
    if (!best || validation[at]!.top1 > validation[best.at]!.top1) best = { at, start: meanOf(fitted) };
  }
  const { at, start } = best!;
  return { l2: STRENGTHS[at]!, atEdge: isEdge(validation, at), start, validation };
}

function isEdge(validation: readonly ValidatedStrength[], at: number): boolean {
  const inner = at === 0 ? validation[1] : at === validation.length - 1 ? validation[at - 1] : undefined;
  return inner !== undefined && inner.top1 < validation[at]!.top1;
}

const meanOf = (points: readonly FittedPoint[]): FittedPoint =>
  points[0]!.map((_, i) => points.reduce((sum, point) => sum + point[i]!, 0) / points.length);
