import type { VideoMaeEncoder } from '@tgm/models';
import { nested, optionTable, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type AttentiveHeadOptions, attentiveProbe, HEAD_FIELDS } from './attentive/attentive-probe.js';
import { EvaluationError } from './errors.js';
import type { Evaluator } from './evaluator.js';
import { featureExtractor } from './extract-features.js';
import { checkCount, checkLabels, type LabelledFeatures } from './features.js';
import { FEW_SHOT_FIELDS, type FewShotDrawOptions, fewShot } from './few-shot/few-shot.js';
import { type LabelledClips, labelledClips } from './labelled-clips.js';
import { classCount, encoderField, engineField } from './option-fields.js';
import type { Outcome } from './outcome.js';
import { SGD_FIELDS, type SgdRecipeOptions, sgdProbe } from './sgd/sgd-probe.js';
import { tokenExtractor } from './token-features.js';
import { intervalsField, told } from './told.js';

/** What is probed, and on what. */
export interface ProbeEvaluatorOptions {
  readonly engine: Engine;
  /** A `VideoMae`, or its encoder alone. */
  readonly model: VideoMaeEncoder;
  readonly train: LabelledClips;
  readonly test: LabelledClips;
  /** From 1. */
  readonly classes: number;
  /** Clips of one pass of the encoder, from 1. */
  readonly batchSize: number;
  /** Whether each figure also has its interval of 95 %, as `<figure>/from` and `<figure>/to`. False by default. */
  readonly intervals?: boolean;
}

export interface AttentiveProbeEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: AttentiveHeadOptions;
}

export interface FewShotEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: FewShotDrawOptions;
}

export interface SgdProbeEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: SgdRecipeOptions;
}

const FIELDS = {
  engine: engineField(),
  model: encoderField(),
  train: labelledClips(),
  test: labelledClips(),
  classes: classCount(),
  batchSize: wholeNumber({ from: 1 }),
  intervals: intervalsField(),
} satisfies Record<keyof ProbeEvaluatorOptions, unknown>;

const ATTENTIVE = optionTable(
  'attentiveProbeEvaluator',
  { ...FIELDS, probe: nested(HEAD_FIELDS) },
  EvaluationError,
);
const FEW = optionTable('fewShotEvaluator', { ...FIELDS, probe: nested(FEW_SHOT_FIELDS) }, EvaluationError);
const SGD = optionTable('sgdProbeEvaluator', { ...FIELDS, probe: nested(SGD_FIELDS) }, EvaluationError);

/**
 * `attentiveProbe` of the tokens of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES` without clips; `evaluate`
 *   rejects with what `attentiveProbe` throws.
 */
export function attentiveProbeEvaluator(options: AttentiveProbeEvaluatorOptions): Evaluator {
  const { probe, ...parts } = ATTENTIVE.check(options);
  const { engine, ...data } = checked('attentiveProbeEvaluator', parts);
  const extract = tokenExtractor(parts);
  return {
    name: 'attentiveProbe',
    async evaluate(params) {
      const train = await extract(params, parts.train.clips);
      const test = await extract(params, parts.test.clips);
      const { outcome } = await attentiveProbe({ ...withoutUndefined(probe), engine, ...data, train, test });
      return told(outcome, parts.intervals);
    },
  };
}

/**
 * `sgdProbe` of the features of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError as {@link attentiveProbeEvaluator}; `evaluate` rejects with what `sgdProbe` throws.
 */
export function sgdProbeEvaluator(options: SgdProbeEvaluatorOptions): Evaluator {
  const { probe, ...parts } = SGD.check(options);
  return ofFeatures('sgdProbe', parts, (data) => sgdProbe({ ...probe, ...data }));
}

/**
 * `fewShot` of the features of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError as {@link attentiveProbeEvaluator}; `evaluate` rejects with what `fewShot` throws.
 */
export function fewShotEvaluator(options: FewShotEvaluatorOptions): Evaluator {
  const { probe, ...parts } = FEW.check(options);
  return ofFeatures('fewShot', parts, (data) => fewShot({ ...probe, ...data }));
}

function ofFeatures(
  name: string,
  parts: Required<ProbeEvaluatorOptions>,
  measure: (data: LabelledFeatures & { readonly engine: Engine }) => Promise<{ readonly outcome: Outcome }>,
): Evaluator {
  const data = checked(`${name}Evaluator`, parts);
  const { engine, model, batchSize, intervals } = parts;
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name,
    async evaluate(params) {
      const train = await extract(params, parts.train.clips);
      const test = await extract(params, parts.test.clips);
      return told((await measure({ ...data, train, test })).outcome, intervals);
    },
  };
}

type Parts = Omit<Required<ProbeEvaluatorOptions>, 'model' | 'batchSize' | 'intervals'>;

/** What a probe takes beside the features. Said here, and not by the first evaluation after hours of training. */
function checked(where: string, { engine, train, test, classes }: Parts) {
  for (const [side, { clips, labels }] of Object.entries({ train, test })) {
    checkCount(`${where} ${side}`, clips.length, 1);
    checkLabels(`${where} ${side}`, clips.length, labels, classes);
  }
  return { engine, trainLabels: train.labels, testLabels: test.labels, classes };
}

/** An option that is absent has no value, rather than none. */
function withoutUndefined<T extends { onProgress?: unknown }>({ onProgress, ...others }: T) {
  return { ...others, ...(onProgress !== undefined && { onProgress }) } as T;
}
