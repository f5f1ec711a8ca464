import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Classification, checkFiniteScores, classified } from './classification.js';
import { EvaluationError } from './errors.js';
import { checkLabelledFeatures, type LabelledFeatures } from './features.js';
import { chooseStrength, type ValidatedStrength } from './l2-strength.js';
import { classScores } from './linear-classifier.js';
import { engineField, labelledFeatures } from './option-fields.js';
import { softmaxRegression } from './softmax-regression.js';
import { columnScale, standardise } from './standardise.js';
import { stratifiedFolds } from './stratified-folds.js';

/** How a linear probe chooses its strength. */
export interface LinearProbeSettings {
  /** Decides which examples of `train` form a fold. */
  readonly seed: number;
  /** Parts of `train` that are left out in turn to choose the l2 strength, from 2; 5 by default. */
  readonly folds?: number;
}

export interface LinearProbeOptions extends LabelledFeatures, LinearProbeSettings {
  /** Runs the loss and its gradient. */
  readonly engine: Engine;
}

/** What the probe gets right of the test examples, and how its strength was chosen. */
export interface LinearProbeResult extends Classification {
  /** The strength that was chosen: the loss is mean cross-entropy + l2 / 2 * squared weights. */
  readonly l2: number;
  /** Whether `l2` is an end of the grid and did better than the strength next to it: the best may lie beyond. */
  readonly l2AtEdge: boolean;
  /** Each strength of the grid, 10 to 1e-8, with its accuracy on the left-out folds. */
  readonly validation: readonly ValidatedStrength[];
}

/** Largest entry of the gradient of the final fit; it starts at about 0.1 to 1. */
const TOLERANCE = 1e-4;

export const LINEAR_FIELDS = {
  seed: number(),
  folds: optional(wholeNumber({ from: 2 }), 5),
} satisfies Record<keyof LinearProbeSettings, unknown>;

const OPTIONS = optionTable(
  'linearProbe',
  { engine: engineField(), ...labelledFeatures, ...LINEAR_FIELDS } satisfies Record<
    keyof LinearProbeOptions,
    unknown
  >,
  EvaluationError,
);

/**
 * Multinomial logistic regression on frozen features.
 *
 * Features are standardised with the training set's mean and deviation. The l2 strength is chosen by cross-validation over
 * stratified folds: the whole grid from 10 to 1e-8, two to a decade, is fitted, and the strength with most left-out
 * examples right is taken. Then all of the training set is fitted with it.
 *
 * This is the fast convex form of a linear probe. The paper's protocol is another one (SGD at rate 0.1 with momentum 0.9 for
 * 100 epochs, no decay) and its numbers are not comparable to these.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`,
 *   `TOO_FEW_EXAMPLES` below one training example for each fold or one test example, `NON_FINITE_LOGIT` where features are too large.
 */
export async function linearProbe(options: LinearProbeOptions): Promise<LinearProbeResult> {
  return linearlyProbed('linearProbe', OPTIONS.check(options));
}

/** {@link linearProbe} for `where`, with options that have been checked; their data have not. */
export async function linearlyProbed(
  where: string,
  options: Required<LinearProbeOptions>,
): Promise<LinearProbeResult> {
  const { engine, train, trainLabels, test, testLabels, classes, seed, folds } = options;
  checkLabelledFeatures(where, options, folds);

  const scale = columnScale(train);
  const standard = { ...train, values: Float32Array.from(standardise(train, scale)) };
  const regression = await softmaxRegression(engine, standard, trainLabels, classes);
  try {
    const foldOf = stratifiedFolds(trainLabels, folds, seed);
    const chosen = await chooseStrength(regression, trainLabels, classes, foldOf, folds);
    const { l2, atEdge, start, validation } = chosen;
    const point = await regression.fit({ l2, tolerance: TOLERANCE, start });
    const scores = classScores(regression.classifier(point), standardise(test, scale), test.count);
    checkFiniteScores(where, scores, classes);
    return { ...classified(scores, testLabels, classes), l2, l2AtEdge: atEdge, validation };
  } finally {
    regression.dispose();
  }
}
