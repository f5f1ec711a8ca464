import type { Engine } from '@tgm/tfjs-backend-onnx';
import { ENCODER_FIELDS, type EncoderEvaluatorOptions } from './encoder-evaluator.js';
import type { Evaluator } from './evaluator.js';
import { featureExtractor } from './extract-features.js';
import { checkCount, checkLabels, type LabelledFeatures } from './features.js';
import { type LabelledClips, labelledClips } from './labelled-clips.js';
import { classCount } from './option-fields.js';

/** What is probed, and on what. */
export interface ProbeEvaluatorOptions extends EncoderEvaluatorOptions {
  readonly train: LabelledClips;
  readonly test: LabelledClips;
  /** From 1. */
  readonly classes: number;
}

/** The fields of `ProbeEvaluatorOptions`, for the tables of all evaluators that probe clips. */
export const PROBE_FIELDS = {
  ...ENCODER_FIELDS,
  train: labelledClips(),
  test: labelledClips(),
  classes: classCount(),
} satisfies Record<keyof ProbeEvaluatorOptions, unknown>;

/** An evaluator of what is measured on the mean token of each clip. */
export function ofFeatures(
  name: string,
  parts: Required<ProbeEvaluatorOptions>,
  measure: (data: LabelledFeatures & { readonly engine: Engine }) => Promise<Record<string, number>>,
): Evaluator {
  const data = checkedClips(`${name}Evaluator`, parts);
  const { engine, model, batchSize } = parts;
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name,
    together: true,
    async evaluate(params, processes) {
      const train = await extract(params, parts.train.clips, { processes });
      const test = await extract(params, parts.test.clips, { processes });
      return measure({ ...data, train, test });
    },
  };
}

type Parts = Omit<Required<ProbeEvaluatorOptions>, 'model' | 'batchSize' | 'intervals'>;

/** What a probe takes beside the features. Said here, and not by the first evaluation after hours of training. */
export function checkedClips(where: string, { engine, train, test, classes }: Parts) {
  for (const [side, { clips, labels }] of Object.entries({ train, test })) {
    checkCount(`${where} ${side}`, clips.length, 1);
    checkLabels(`${where} ${side}`, clips.length, labels, classes);
  }
  return { engine, trainLabels: train.labels, testLabels: test.labels, classes };
}
