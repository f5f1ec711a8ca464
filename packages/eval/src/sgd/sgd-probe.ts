import { flag, number, optional, optionTable, showValue, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Classification, checkFiniteScores, classified } from '../classification.js';
import { EvaluationError } from '../errors.js';
import { checkLabelledFeatures, type LabelledFeatures } from '../features.js';
import { engineField, labelledFeatures } from '../option-fields.js';
import { trainSgd } from './train-sgd.js';

/** The recipe of a linear probe by SGD. */
export interface SgdProbeSettings {
  /** Learning rate of a batch of 256 examples, above 0; that of another size is in proportion to it. 0.1 by default. */
  readonly rate?: number;
  /** [0, 1); 0.9 by default. */
  readonly momentum?: number;
  /** From 1; 100 by default. */
  readonly epochs?: number;
  /** Epochs of a linear warm-up, from 0 and below `epochs`; 10 by default. */
  readonly warmupEpochs?: number;
  /** Examples of a step, from 1; 1024 by default, or all of them where they are fewer. */
  readonly batchSize?: number;
  /** Whether the features are normalised over the batch first, as in image MAE's probe. False by default. */
  readonly batchNorm?: boolean;
  /** Decides the first weights and the order of the examples. */
  readonly seed: number;
}

export interface SgdProbeOptions extends LabelledFeatures, SgdProbeSettings {
  readonly engine: Engine;
}

/**
 * The recipe of VideoMAE's paper (arXiv 2203.12602, appendix), by name: `sgdProbe({ ...SGD_RECIPES.videoMae, ... })`. The papers
 * that build on it report linear probes of this recipe. It is what `sgdProbe` does by default. `normalised` has image MAE's batch
 * normalisation before the classifier (arXiv 2111.06377, appendix A.1) and is the same otherwise.
 */
export const SGD_RECIPES = {
  videoMae: { rate: 0.1, momentum: 0.9, epochs: 100, warmupEpochs: 10, batchSize: 1024, batchNorm: false },
  normalised: { rate: 0.1, momentum: 0.9, epochs: 100, warmupEpochs: 10, batchSize: 1024, batchNorm: true },
} as const satisfies Readonly<Record<string, Omit<Required<SgdProbeSettings>, 'seed'>>>;

const { videoMae } = SGD_RECIPES;

export const SGD_FIELDS = {
  rate: optional(number({ above: 0 }), videoMae.rate),
  momentum: optional(number({ from: 0, below: 1 }), videoMae.momentum),
  epochs: optional(wholeNumber({ from: 1 }), videoMae.epochs),
  warmupEpochs: optional(wholeNumber({ from: 0 }), videoMae.warmupEpochs),
  batchSize: optional(wholeNumber({ from: 1 }), videoMae.batchSize),
  batchNorm: optional(flag(), videoMae.batchNorm),
  seed: number(),
} satisfies Record<keyof SgdProbeSettings, unknown>;

const OPTIONS = optionTable(
  'sgdProbe',
  { ...SGD_FIELDS, engine: engineField(), ...labelledFeatures } satisfies Record<
    keyof SgdProbeOptions,
    unknown
  >,
  EvaluationError,
);

/**
 * The linear probe of VideoMAE's paper (arXiv 2203.12602, appendix) on features that are computed once: SGD with momentum 0.9,
 * rate 0.1 for 256 examples, no weight decay, ten epochs of warm-up and a cosine over 100 in all. What the published probes
 * draw anew in each epoch, crops and flips, is not in such features.
 *
 * `linearProbe` finds the best linear classifier and depends on no rate. Take this one to compare with figures of this recipe.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`,
 *   `TOO_FEW_EXAMPLES` without training or test examples, `NON_FINITE_LOGIT` where the training has diverged.
 */
export async function sgdProbe(options: SgdProbeOptions): Promise<Classification> {
  const checked = OPTIONS.check(options);
  const { train, trainLabels, test, testLabels, classes, epochs, warmupEpochs } = checked;
  checkLabelledFeatures('sgdProbe', checked);
  if (warmupEpochs >= epochs) {
    throw new EvaluationError('OPTION_INVALID', {
      where: 'sgdProbe, option warmupEpochs',
      expected: `below the ${epochs} epochs`,
      received: showValue(warmupEpochs),
    });
  }
  const classifier = await trainSgd({ ...checked, features: train, labels: trainLabels });
  try {
    const scores = await classifier.scores(test);
    checkFiniteScores('sgdProbe', scores, classes);
    return classified(scores, testLabels, classes);
  } finally {
    classifier.dispose();
  }
}
