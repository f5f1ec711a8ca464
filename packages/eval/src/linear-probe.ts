import { seededRandom } from '@tgm/masking';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { bestClasses, topK } from './accuracy.js';
import { TooFewExamplesError } from './errors.js';
import {
  checkFeatures,
  checkLabels,
  checkSameWidth,
  type Features,
  type Labels,
  selectRows,
} from './features.js';
import { classScores, type LinearClassifier, softmaxRegression } from './softmax-regression.js';
import { columnScale, standardise } from './standardise.js';

export interface LinearProbeOptions {
  /** Runs the loss and its gradient. */
  readonly engine: Engine;
  readonly train: Features;
  readonly trainLabels: Labels;
  readonly test: Features;
  readonly testLabels: Labels;
  readonly classes: number;
  /** Decides which fifth of `train` chooses the l2 strength. */
  readonly seed: number;
}

export interface LinearProbeResult {
  /** Percentage of test examples whose class was the best, and among the five best. */
  readonly top1: number;
  readonly top5: number;
  /** The strength that was chosen: the loss is mean cross-entropy + l2 / 2 * squared weights. */
  readonly l2: number;
  /** [test.count] */
  readonly predictions: Int32Array;
}

/** Strong to weak. For unit-variance features the best lies inside for tens to thousands of examples a class. */
const STRENGTHS: readonly number[] = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];
/** Weaker strengths in a row that did no better before the rest, the slowest to fit, are left out. */
const PATIENCE = 2;
/** Largest entry of the gradient, which starts at about 0.1: to choose the strength, and for the final fit. */
const CHOICE_TOLERANCE = 1e-3;
const TOLERANCE = 3e-4;
/** Share of the training set that chooses the strength. */
const HELD_OUT = 0.2;

/**
 * Multinomial logistic regression on frozen features, fitted until no entry of the gradient exceeds 0.0003 (or 200 steps).
 *
 * Features are standardised with the training set's mean and deviation; the l2 strength is the one that does
 * best on a held-out fifth of the training set (of equals the strongest), then all of it is fitted again.
 * This is the fast convex form of a linear probe. The paper's protocol is another one (SGD at rate 0.1 with
 * momentum 0.9 for 100 epochs, no decay) and its numbers are not comparable to these.
 *
 * Throws LABELS_MISMATCH, LABEL_OUT_OF_RANGE, SHAPE_MISMATCH, NON_FINITE_FEATURE, and TOO_FEW_EXAMPLES below
 * five training examples or one test example.
 */
export async function linearProbe(options: LinearProbeOptions): Promise<LinearProbeResult> {
  const { engine, train, trainLabels, test, testLabels, classes } = options;
  checkFeatures('linearProbe train', train);
  checkFeatures('linearProbe test', test);
  checkSameWidth('linearProbe', train, test);
  checkLabels('linearProbe train', train.count, trainLabels, classes);
  checkLabels('linearProbe test', test.count, testLabels, classes);
  const least = Math.ceil(1 / HELD_OUT);
  if (train.count < least) throw new TooFewExamplesError('linearProbe train', least, train.count);
  if (test.count < 1) throw new TooFewExamplesError('linearProbe test', 1, test.count);

  const scale = columnScale(train);
  const standard = { ...options, train: standardise(train, scale) };
  const { l2, fit: start } = await chooseStrength(standard);
  const regression = softmaxRegression(engine, standard.train, trainLabels, classes);
  const classifier = await regression
    .fit({ l2, tolerance: TOLERANCE, start })
    .finally(() => regression.dispose());
  const scores = classScores(classifier, standardise(test, scale));
  return {
    top1: topK(scores, testLabels, classes, 1),
    top5: topK(scores, testLabels, classes, 5),
    l2,
    predictions: bestClasses(scores, test.count, classes),
  };
}

/** Fits four fifths of the training set along `STRENGTHS`, each from the one before, and scores the last fifth. */
async function chooseStrength(options: LinearProbeOptions): Promise<{ l2: number; fit: LinearClassifier }> {
  const { engine, train, trainLabels, classes, seed } = options;
  const order = shuffled(train.count, seed);
  const heldOut = order.slice(0, Math.round(train.count * HELD_OUT));
  const kept = order.slice(heldOut.length);
  const labelsOf = (rows: Uint32Array) => Int32Array.from(rows, (row) => trainLabels[row]!);
  const heldOutRows = selectRows(train, heldOut);
  const heldOutLabels = labelsOf(heldOut);

  const regression = softmaxRegression(engine, selectRows(train, kept), labelsOf(kept), classes);
  let best: { l2: number; fit: LinearClassifier; accuracy: number } | undefined;
  let last: LinearClassifier | undefined;
  let worse = 0;
  try {
    for (const l2 of STRENGTHS) {
      const fit = await regression.fit({ l2, tolerance: CHOICE_TOLERANCE, ...(last && { start: last }) });
      const accuracy = topK(classScores(fit, heldOutRows), heldOutLabels, classes, 1);
      worse = best && accuracy <= best.accuracy ? worse + 1 : 0;
      if (worse === 0) best = { l2, fit, accuracy };
      if (worse === PATIENCE) break;
      last = fit;
    }
  } finally {
    regression.dispose();
  }
  return best!;
}

/** 0 ... count - 1 in an order drawn from the seed (Fisher and Yates). */
function shuffled(count: number, seed: number): Uint32Array {
  const random = seededRandom('linear probe split', seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
