import { callable, listOf, number, optional, optionTable, showValue, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { hitAmong } from '../accuracy.js';
import { type Classification, checkFiniteScores, classified } from '../classification.js';
import { EvaluationError } from '../errors.js';
import { checkCount, checkLabels, type Labels } from '../features.js';
import { classCount, engineField, labels } from '../option-fields.js';
import { stratifiedFolds } from '../stratified-folds.js';
import { checkTokens, type TokenFeatures, tokenFeaturesField } from '../token-features.js';
import type { HeadShape } from './head-parameters.js';
import { type HeadSettings, trainHeads } from './train-heads.js';

/** How attentive heads are made and trained. */
export interface AttentiveProbeSettings {
  /**
   * From 1: the last block pools, those before it let the tokens attend to each other. 1 by default, V-JEPA's probe (arXiv
   * 2404.08471); 4 is V-JEPA 2's, some hundred times the work.
   */
  readonly blocks?: number;
  /** Heads of each attention, a divisor of the tokens' width; 16 by default. */
  readonly attentionHeads?: number;
  /** Learning rates, each above 0; 5e-3, 3e-3, 1e-3, 3e-4 and 1e-4 by default. A head is trained for each pair with a decay. */
  readonly rates?: readonly number[];
  /** Weight decays, each from 0; 0.01, 0.1, 0.4 and 0.8 by default. */
  readonly weightDecays?: readonly number[];
  /** From 1; 20 by default. */
  readonly epochs?: number;
  /** Examples of a step, from 1; 32 by default. */
  readonly batchSize?: number;
  /** Parts of `train`, from 2: one of them chooses the head, and no head learns from it. 5 by default. */
  readonly folds?: number;
  /** Decides the first parameters, the order of the examples, and which of them choose the head. */
  readonly seed: number;
  /** Called after each step of all heads. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface AttentiveProbeOptions extends AttentiveProbeSettings {
  readonly engine: Engine;
  readonly train: TokenFeatures;
  readonly trainLabels: Labels;
  readonly test: TokenFeatures;
  readonly testLabels: Labels;
  /** From 1. */
  readonly classes: number;
}

/** How well the head of two settings did on the examples that choose. */
export interface ValidatedHead extends HeadSettings {
  /** Percentage of these examples; NaN where the head has diverged. */
  readonly top1: number;
}

/** What the chosen head gets right of the test examples. */
export interface AttentiveProbeResult extends Classification {
  /** The settings of the chosen head. */
  readonly chosen: HeadSettings;
  /** All heads, rate by rate. One that has diverged is never chosen. */
  readonly validation: readonly ValidatedHead[];
}

export const HEAD_FIELDS = {
  blocks: optional(wholeNumber({ from: 1 }), 1),
  attentionHeads: optional(wholeNumber({ from: 1 }), 16),
  rates: optional(listOf(number({ above: 0 }), { from: 1 }), [5e-3, 3e-3, 1e-3, 3e-4, 1e-4]),
  weightDecays: optional(listOf(number({ from: 0 }), { from: 1 }), [0.01, 0.1, 0.4, 0.8]),
  epochs: optional(wholeNumber({ from: 1 }), 20),
  batchSize: optional(wholeNumber({ from: 1 }), 32),
  folds: optional(wholeNumber({ from: 2 }), 5),
  seed: number(),
  onProgress: optional(callable<(done: number, total: number) => void>()),
} satisfies Record<keyof AttentiveProbeSettings, unknown>;

const OPTIONS = optionTable(
  'attentiveProbe',
  {
    ...HEAD_FIELDS,
    engine: engineField(),
    train: tokenFeaturesField(),
    trainLabels: labels(),
    test: tokenFeaturesField(),
    testLabels: labels(),
    classes: classCount(),
  } satisfies Record<keyof AttentiveProbeOptions, unknown>,
  EvaluationError,
);

/**
 * Attention pooling of frozen tokens and a linear classifier, as V-JEPA (arXiv 2404.08471) and V-JEPA 2 (arXiv 2506.09985) probe. A
 * head is trained for each learning rate with each weight decay, all in one pass over the tokens, by AdamW. The head that does best
 * on examples that none learned from is taken; of equals the first. The test examples choose nothing. (The published probes report
 * the best of all heads on the very examples that they report.)
 *
 * @throws EvaluationError `OPTION_INVALID`, also where `attentionHeads` does not divide the width; `LABELS_MISMATCH`,
 *   `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`; `TOO_FEW_EXAMPLES` where no training example would choose or
 *   without test examples; `NON_FINITE_LOGIT` where all heads have diverged.
 */
export async function attentiveProbe(options: AttentiveProbeOptions): Promise<AttentiveProbeResult> {
  const checked = OPTIONS.check(options);
  const { engine, train, trainLabels, test, testLabels, classes, folds, seed } = checked;
  checkTokens('attentiveProbe train', train);
  checkTokens('attentiveProbe test', test);
  requireSameTokens(train, test);
  checkLabels('attentiveProbe train', train.count, trainLabels, classes);
  checkLabels('attentiveProbe test', test.count, testLabels, classes);
  checkCount('attentiveProbe train', train.count, folds);
  checkCount('attentiveProbe test', test.count, 1);
  const shape: HeadShape = { ...checked, width: train.width };
  requireDivisor(shape);

  const foldOf = stratifiedFolds(trainLabels, folds, seed);
  const rowsWhere = (chooses: boolean) =>
    Array.from(foldOf.keys()).filter((row) => (foldOf[row] === 0) === chooses);
  const choosing = rowsWhere(true);
  const settings = checked.rates.flatMap((rate) =>
    checked.weightDecays.map((weightDecay) => ({ rate, weightDecay })),
  );
  const heads = await trainHeads({
    ...checked,
    onProgress: checked.onProgress,
    engine,
    shape,
    features: train,
    labels: trainLabels,
    rows: rowsWhere(false),
    heads: settings,
  });
  try {
    const validation = (await heads.scores([...settings.keys()], train, choosing)).map((scores, head) => {
      if (!scores.every(Number.isFinite)) return { ...settings[head]!, top1: Number.NaN };
      const hits = choosing.map((row, at) => hitAmong(1, scores, at, classes, trainLabels[row]!));
      return { ...settings[head]!, top1: (100 * hits.reduce((sum, hit) => sum + hit, 0)) / hits.length };
    });
    const best = bestHead(validation);
    const every = Array.from({ length: test.count }, (_, row) => row);
    const [scores] = (await heads.scores([best], test, every)) as [Float32Array];
    checkFiniteScores('attentiveProbe', scores, classes);
    return { ...classified(scores, testLabels, classes), chosen: settings[best]!, validation };
  } finally {
    heads.dispose();
  }
}

/** The first of the heads that do best. */
function bestHead(validation: readonly ValidatedHead[]): number {
  const best = Math.max(...validation.map(({ top1 }) => top1).filter((top1) => !Number.isNaN(top1)));
  const at = validation.findIndex(({ top1 }) => top1 === best);
  if (at >= 0) return at;
  throw new EvaluationError('NON_FINITE_LOGIT', {
    where: 'attentiveProbe, all heads',
    expected: 'finite logits of at least one',
    received: 'none that has not diverged',
    advice: 'Take lower rates.',
  });
}

function requireSameTokens(train: TokenFeatures, test: TokenFeatures): void {
  if (train.tokens === test.tokens && train.width === test.width) return;
  throw new EvaluationError('SHAPE_MISMATCH', {
    where: 'attentiveProbe test',
    expected: `${train.tokens} tokens of width ${train.width}`,
    received: `${test.tokens} of width ${test.width}`,
  });
}

function requireDivisor({ width, attentionHeads }: HeadShape): void {
  if (width % attentionHeads === 0) return;
  throw new EvaluationError('OPTION_INVALID', {
    where: 'attentiveProbe, option attentionHeads',
    expected: `a divisor of the tokens' width, ${width}`,
    received: showValue(attentionHeads),
  });
}
