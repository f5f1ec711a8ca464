import type { VideoMaeEncoder } from '@tgm/models';
import { nested, optionTable, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { EvaluationError } from '../errors.js';
import type { Evaluator } from '../evaluator.js';
import { featureExtractor } from '../extract-features.js';
import { checkCount, checkLabels } from '../features.js';
import { type LabelledClips, labelledClips } from '../labelled-clips.js';
import { encoderField, engineField } from '../option-fields.js';
import { intervalsField, told } from '../told.js';
import { CLUSTER_FIELDS, type ClusteringSettings, clustering } from './clustering.js';

export interface ClusteringEvaluatorOptions {
  readonly engine: Engine;
  /** A `VideoMae`, or its encoder alone. */
  readonly model: VideoMaeEncoder;
  readonly test: LabelledClips;
  readonly probe: ClusteringSettings;
  /** Clips of one pass of the encoder, from 1. */
  readonly batchSize: number;
  /** Whether each figure also has its interval of 95 %, as `<figure>/from` and `<figure>/to`. False by default. */
  readonly intervals?: boolean;
}

const OPTIONS = optionTable(
  'clusteringEvaluator',
  {
    engine: engineField(),
    model: encoderField(),
    test: labelledClips(),
    probe: nested(CLUSTER_FIELDS),
    batchSize: wholeNumber({ from: 1 }),
    intervals: intervalsField(),
  } satisfies Record<keyof ClusteringEvaluatorOptions, unknown>,
  EvaluationError,
);

/**
 * `clustering` of the features of clips as an evaluator: `vMeasure`, `homogeneity` and `completeness` in per cent.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES` without clips; `evaluate`
 *   rejects with what `clustering` throws.
 */
export function clusteringEvaluator(options: ClusteringEvaluatorOptions): Evaluator {
  const { engine, model, test, probe, batchSize, intervals } = OPTIONS.check(options);
  const { clusters, ...others } = probe;
  checkCount('clusteringEvaluator test', test.clips.length, 1);
  checkLabels('clusteringEvaluator test', test.clips.length, test.labels, Number.MAX_SAFE_INTEGER);
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name: 'clustering',
    async evaluate(params) {
      const features = await extract(params, test.clips);
      const given = { ...others, ...(clusters !== undefined && { clusters }) };
      return told(clustering({ features, labels: test.labels, ...given }).outcome, intervals);
    },
  };
}
