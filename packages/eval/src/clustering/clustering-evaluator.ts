import { nested, optionTable } from '@tgm/options';
import { ENCODER_FIELDS, type EncoderEvaluatorOptions } from '../encoder-evaluator.js';
import { EvaluationError } from '../errors.js';
import type { Evaluator } from '../evaluator.js';
import { featureExtractor } from '../extract-features.js';
import { checkCount, checkLabels } from '../features.js';
import { type LabelledClips, labelledClips } from '../labelled-clips.js';
import { figuresOf } from '../outcome.js';
import { CLUSTER_FIELDS, type ClusteringSettings, clustering, MOST_CLASSES } from './clustering.js';

export interface ClusteringEvaluatorOptions extends Omit<EncoderEvaluatorOptions, 'intervals'> {
  readonly test: LabelledClips;
  readonly probe: ClusteringSettings;
}

const { intervals: _, ...ENCODER } = ENCODER_FIELDS;

const OPTIONS = optionTable(
  'clusteringEvaluator',
  {
    ...ENCODER,
    test: labelledClips(),
    probe: nested(CLUSTER_FIELDS),
  } satisfies Record<keyof ClusteringEvaluatorOptions, unknown>,
  EvaluationError,
);

/**
 * `clustering` of the features of clips as an evaluator: `vMeasure`, `homogeneity` and `completeness` in per cent.
 * They have no intervals; `intervals` says why.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES` without clips; `evaluate`
 *   rejects with what `clustering` throws.
 */
export function clusteringEvaluator(options: ClusteringEvaluatorOptions): Evaluator {
  const { engine, model, test, probe, batchSize } = OPTIONS.check(options);
  const { clusters, ...others } = probe;
  checkCount('clusteringEvaluator test', test.clips.length, 1);
  checkLabels('clusteringEvaluator test', test.clips.length, test.labels, MOST_CLASSES);
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name: 'clustering',
    together: true,
    async evaluate(params, processes) {
      const features = await extract(params, test.clips, { processes });
      const given = { ...others, ...(clusters !== undefined && { clusters }) };
      return figuresOf(clustering({ features, labels: test.labels, ...given }).outcome);
    },
  };
}
