import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import { seededRandom } from '@tgm/random';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  type Accuracies,
  accuracies,
  type Classification,
  checkFiniteScores,
  classified,
} from '../classification.js';
import { EvaluationError } from '../errors.js';
import { checkLabelledFeatures, type LabelledFeatures } from '../features.js';
import { classScores } from '../linear-classifier.js';
import { engineField, labelledFeatures } from '../option-fields.js';
import { featuresAt, rowsPerClass } from '../rows-per-class.js';
import { softmaxRegression } from '../softmax-regression.js';

/** How the training examples are drawn. */
export interface FewShotSettings {
  /** Training examples of each class, from 1; 8 by default. A class that has fewer gives all. */
  readonly shots?: number;
  /** Times that they are drawn, from 1; 10 by default. */
  readonly draws?: number;
  /** Decides what is drawn. */
  readonly seed: number;
}

export interface FewShotOptions extends LabelledFeatures, FewShotSettings {
  readonly engine: Engine;
}

/** Mean over the draws, for each test example and so for all of them. */
export interface FewShotResult extends Accuracies {
  /** What each draw gets right. */
  readonly draws: readonly Classification[];
}

export const FEW_SHOT_FIELDS = {
  shots: optional(wholeNumber({ from: 1 }), 8),
  draws: optional(wholeNumber({ from: 1 }), 10),
  seed: number(),
} satisfies Record<keyof FewShotSettings, unknown>;

const OPTIONS = optionTable(
  'fewShot',
  { ...FEW_SHOT_FIELDS, engine: engineField(), ...labelledFeatures } satisfies Record<
    keyof FewShotOptions,
    unknown
  >,
  EvaluationError,
);

/** Largest entry of the gradient of a fit. */
const TOLERANCE = 1e-5;

/**
 * Classification from few examples as mteb's tasks do it, MVEB's videos among them: eight training examples of each class,
 * logistic regression, all test examples, and that ten times. The regression is scikit-learn's default: features as they are, and
 * half the squared weights added to the *sum* of the losses.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`,
 *   `TOO_FEW_EXAMPLES` without training or test examples, `NON_FINITE_LOGIT` where features are beyond single precision.
 */
export async function fewShot(options: FewShotOptions): Promise<FewShotResult> {
  const checked = OPTIONS.check(options);
  const { engine, train, trainLabels, test, testLabels, classes, shots, draws, seed } = checked;
  checkLabelledFeatures('fewShot', checked);
  const done: Classification[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const rows = rowsPerClass(trainLabels, shots, seededRandom('few shots', seed, draw));
    const labels = rows.map((row) => trainLabels[row]!);
    const regression = await softmaxRegression(engine, featuresAt(train, rows), labels, classes);
    try {
      const point = await regression.fit({ l2: 1 / rows.length, tolerance: TOLERANCE });
      const scores = classScores(regression.classifier(point), test.values, test.count);
      checkFiniteScores('fewShot', scores, classes);
      withoutAbsent(scores, labels, classes);
      done.push(classified(scores, testLabels, classes));
    } finally {
      regression.dispose();
    }
  }
  const mean = (figure: 'top1' | 'top5') =>
    Float64Array.from(
      { length: test.count },
      (_, row) =>
        done.reduce((sum, { outcome }) => sum + outcome.figures[figure]!.values[row]!, 0) / done.length,
    );
  return { ...accuracies(mean('top1'), mean('top5'), testLabels), draws: done };
}

/** A class without a training example is none of the classifier's. */
function withoutAbsent(scores: Float64Array, labels: readonly number[], classes: number): void {
  const there = new Set(labels);
  for (let at = 0; at < scores.length; at++)
    if (!there.has(at % classes)) scores[at] = Number.NEGATIVE_INFINITY;
}
