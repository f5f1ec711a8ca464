import { nested, optionTable } from '@tgm/options';
import { ofFeatures, PROBE_FIELDS, type ProbeEvaluatorOptions } from '../clip-probe.js';
import { EvaluationError } from '../errors.js';
import type { Evaluator } from '../evaluator.js';
import { featureExtractor } from '../extract-features.js';
import { LINEAR_FIELDS, type LinearProbeSettings, linearProbe } from '../linear-probe.js';
import { requireProjected } from '../projected-clips.js';
import { TEXT_FIELDS, type TextEvaluatorOptions } from '../text-evaluators.js';
import { told } from '../told.js';
import {
  CAPTION_PAIR_FIELDS,
  type CaptionPairsOptions,
  captionPairs,
  checkPairCaptions,
} from './caption-pairs.js';
import { pairAccuracyOf, requireEven } from './pair-accuracy.js';

/** Clips 2i and 2i + 1 of `test` are a pair. */
export interface PairAccuracyEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: LinearProbeSettings;
}

/** Clips 2i and 2i + 1 are a pair. */
export interface CaptionPairsEvaluatorOptions
  extends TextEvaluatorOptions,
    Omit<CaptionPairsOptions, 'videos'> {}

const PROBED = optionTable(
  'pairAccuracyEvaluator',
  { ...PROBE_FIELDS, probe: nested(LINEAR_FIELDS) } satisfies Record<
    keyof PairAccuracyEvaluatorOptions,
    unknown
  >,
  EvaluationError,
);
const CAPTIONED = optionTable(
  'captionPairsEvaluator',
  { ...TEXT_FIELDS, ...CAPTION_PAIR_FIELDS } satisfies Record<keyof CaptionPairsEvaluatorOptions, unknown>,
  EvaluationError,
);

/**
 * `pairAccuracy` of a linear probe of clips as an evaluator: `both` and `clip` in per cent.
 *
 * @throws EvaluationError as `linearProbeEvaluator`, and `TOO_FEW_EXAMPLES` for an odd number of test clips.
 */
export function pairAccuracyEvaluator(options: PairAccuracyEvaluatorOptions): Evaluator {
  const { probe, ...parts } = PROBED.check(options);
  requireEven('pairAccuracyEvaluator test', parts.test.clips.length);
  return ofFeatures('pairAccuracy', parts, async (data) => {
    const found = await linearProbe({ ...probe, ...data });
    return told(pairAccuracyOf(found, data.classes).outcome, parts.intervals);
  });
}

/**
 * `captionPairs` of clips as an evaluator, for a model that is trained with the contrastive loss: `text`, `video` and `group` in
 * per cent.
 *
 * @throws EvaluationError as `captionPairs`; `evaluate` rejects with `OPTION_INVALID` for parameters without the loss's projection,
 *   and with what `captionPairs` throws.
 */
export function captionPairsEvaluator(options: CaptionPairsEvaluatorOptions): Evaluator {
  const { engine, model, clips, batchSize, intervals, captions } = CAPTIONED.check(options);
  checkPairCaptions(CAPTIONED.where, clips.length, captions);
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name: 'captionPairs',
    together: true,
    async evaluate(params, processes) {
      const features = await extract(params, clips, { processes });
      const videos = await requireProjected(CAPTIONED.where, features, params);
      return told(captionPairs({ videos, captions }).outcome, intervals);
    },
  };
}
