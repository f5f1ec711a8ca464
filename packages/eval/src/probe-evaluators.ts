import { nested, optionTable } from '@tgm/options';
import { type AttentiveProbeSettings, attentiveProbe, HEAD_FIELDS } from './attentive/attentive-probe.js';
import { checkedClips, ofFeatures, PROBE_FIELDS, type ProbeEvaluatorOptions } from './clip-probe.js';
import { EvaluationError } from './errors.js';
import type { Evaluator } from './evaluator.js';
import { FEW_SHOT_FIELDS, type FewShotSettings, fewShot } from './few-shot/few-shot.js';
import { KNN_FIELDS, type KnnSettings, knn } from './knn.js';
import { LINEAR_FIELDS, type LinearProbeSettings, linearProbe } from './linear-probe.js';
import { SGD_FIELDS, type SgdProbeSettings, sgdProbe } from './sgd/sgd-probe.js';
import { tokenExtractor } from './token-features.js';
import { told } from './told.js';

export interface AttentiveProbeEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: AttentiveProbeSettings;
}

export interface FewShotEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: FewShotSettings;
}

export interface LinearProbeEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: LinearProbeSettings;
}

export interface KnnEvaluatorOptions extends ProbeEvaluatorOptions {
  /** `{}` for DINO's. */
  readonly probe: KnnSettings;
}

export interface SgdProbeEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: SgdProbeSettings;
}

const ATTENTIVE = optionTable(
  'attentiveProbeEvaluator',
  { ...PROBE_FIELDS, probe: nested(HEAD_FIELDS) },
  EvaluationError,
);
const FEW = optionTable(
  'fewShotEvaluator',
  { ...PROBE_FIELDS, probe: nested(FEW_SHOT_FIELDS) },
  EvaluationError,
);
const LINEAR = optionTable(
  'linearProbeEvaluator',
  { ...PROBE_FIELDS, probe: nested(LINEAR_FIELDS) },
  EvaluationError,
);
const KNN = optionTable('knnEvaluator', { ...PROBE_FIELDS, probe: nested(KNN_FIELDS) }, EvaluationError);
const SGD = optionTable('sgdProbeEvaluator', { ...PROBE_FIELDS, probe: nested(SGD_FIELDS) }, EvaluationError);

/**
 * `attentiveProbe` of the tokens of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES` without clips; `evaluate`
 *   rejects with what `attentiveProbe` throws.
 */
export function attentiveProbeEvaluator(options: AttentiveProbeEvaluatorOptions): Evaluator {
  const { probe, ...parts } = ATTENTIVE.check(options);
  const { engine, ...data } = checkedClips('attentiveProbeEvaluator', parts);
  const extract = tokenExtractor(parts);
  return {
    name: 'attentiveProbe',
    together: true,
    async evaluate(params, processes) {
      const train = await extract(params, parts.train.clips, { processes });
      const test = await extract(params, parts.test.clips, { processes });
      const { outcome } = await attentiveProbe({ ...withoutUndefined(probe), engine, ...data, train, test });
      return told(outcome, parts.intervals);
    },
  };
}

/**
 * `linearProbe` of the features of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError as {@link attentiveProbeEvaluator}; `evaluate` rejects with what `linearProbe` throws.
 */
export function linearProbeEvaluator(options: LinearProbeEvaluatorOptions): Evaluator {
  const { probe, ...parts } = LINEAR.check(options);
  return ofFeatures('linearProbe', parts, async (data) => {
    const { outcome } = await linearProbe({ ...probe, ...data });
    return told(outcome, parts.intervals);
  });
}

/**
 * `knn` of the features of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError as {@link attentiveProbeEvaluator}; `evaluate` rejects with what `knn` throws.
 */
export function knnEvaluator(options: KnnEvaluatorOptions): Evaluator {
  const { probe, ...parts } = KNN.check(options);
  return ofFeatures('knn', parts, async ({ engine: _, ...data }) =>
    told(knn({ ...probe, ...data }).outcome, parts.intervals),
  );
}

/**
 * `sgdProbe` of the features of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError as {@link attentiveProbeEvaluator}; `evaluate` rejects with what `sgdProbe` throws.
 */
export function sgdProbeEvaluator(options: SgdProbeEvaluatorOptions): Evaluator {
  const { probe, ...parts } = SGD.check(options);
  return ofFeatures('sgdProbe', parts, async (data) => {
    const { outcome } = await sgdProbe({ ...probe, ...data });
    return told(outcome, parts.intervals);
  });
}

/**
 * `fewShot` of the features of clips as an evaluator: `top1`, `top5`, `classMeanTop1`, `classMeanTop5` in per cent.
 *
 * @throws EvaluationError as {@link attentiveProbeEvaluator}; `evaluate` rejects with what `fewShot` throws.
 */
export function fewShotEvaluator(options: FewShotEvaluatorOptions): Evaluator {
  const { probe, ...parts } = FEW.check(options);
  return ofFeatures('fewShot', parts, async (data) => {
    const { outcome } = await fewShot({ ...probe, ...data });
    return told(outcome, parts.intervals);
  });
}

/** An option that is absent has no value, rather than none. */
function withoutUndefined<T extends { onProgress?: unknown }>({ onProgress, ...others }: T) {
  return { ...others, ...(onProgress !== undefined && { onProgress }) } as T;
}
