import { listOf, optionTable } from '@tgm/options';
import {
  CAPTION_FIELDS,
  type CaptionRetrievalOptions,
  captionRetrieval,
  captionVideosOf,
} from './caption-retrieval.js';
import { ENCODER_FIELDS, type EncoderEvaluatorOptions } from './encoder-evaluator.js';
import { EvaluationError } from './errors.js';
import type { Evaluator } from './evaluator.js';
import { featureExtractor } from './extract-features.js';
import { bytes } from './option-fields.js';
import { joinOutcomes } from './outcome.js';
import { requireProjected } from './projected-clips.js';
import { told } from './told.js';
import { checkTexts, ZERO_SHOT_FIELDS, type ZeroShotOptions, zeroShot } from './zero-shot/zero-shot.js';

/** Clips and the model whose features are compared with texts. */
export interface TextEvaluatorOptions extends EncoderEvaluatorOptions {
  /** [T, H, W, 3] RGB, 0-255, each in the model's size. */
  readonly clips: readonly Uint8Array[];
}

export interface CaptionRetrievalEvaluatorOptions
  extends TextEvaluatorOptions,
    Omit<CaptionRetrievalOptions, 'videos'> {}

export interface ZeroShotEvaluatorOptions extends TextEvaluatorOptions, Omit<ZeroShotOptions, 'videos'> {}

export const TEXT_FIELDS = {
  ...ENCODER_FIELDS,
  clips: listOf(bytes(), { from: 1 }),
} satisfies Record<keyof TextEvaluatorOptions, unknown>;

const RETRIEVAL = optionTable(
  'captionRetrievalEvaluator',
  { ...TEXT_FIELDS, ...CAPTION_FIELDS } satisfies Record<keyof CaptionRetrievalEvaluatorOptions, unknown>,
  EvaluationError,
);
const ZERO_SHOT = optionTable(
  'zeroShotEvaluator',
  { ...TEXT_FIELDS, ...ZERO_SHOT_FIELDS } satisfies Record<keyof ZeroShotEvaluatorOptions, unknown>,
  EvaluationError,
);

/**
 * `captionRetrieval` of clips as an evaluator, for a model that is trained with the contrastive loss: `textToVideo/R@1`, `/R@5`,
 * `/R@10` in per cent, `/medianRank`, `/meanRank`, and the same under `videoToText`.
 *
 * @throws EvaluationError as `captionRetrieval`; `evaluate` rejects with `OPTION_INVALID` for parameters without the loss's projection, and
 *   with what `captionRetrieval` throws.
 */
export function captionRetrievalEvaluator(options: CaptionRetrievalEvaluatorOptions): Evaluator {
  const { engine, model, clips, batchSize, intervals, ...given } = RETRIEVAL.check(options);
  const captionVideos = captionVideosOf(RETRIEVAL.where, clips.length, given.captions, given.captionVideos);
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name: 'captionRetrieval',
    together: true,
    async evaluate(params, processes) {
      const features = await extract(params, clips, { processes });
      const videos = await requireProjected(RETRIEVAL.where, features, params);
      const { textToVideo, videoToText } = captionRetrieval({ videos, ...given, captionVideos });
      return {
        ...told(joinOutcomes({ textToVideo }), intervals),
        ...told(joinOutcomes({ videoToText }), intervals),
      };
    },
  };
}

/**
 * `zeroShot` of clips as an evaluator, for a model that is trained with the contrastive loss: `top1`, `top5`, `classMeanTop1`,
 * `classMeanTop5` in per cent.
 *
 * @throws EvaluationError as `zeroShot`; `evaluate` rejects with `OPTION_INVALID` for parameters without the loss's projection, and
 *   with what `zeroShot` throws.
 */
export function zeroShotEvaluator(options: ZeroShotEvaluatorOptions): Evaluator {
  const { engine, model, clips, batchSize, intervals, ...texts } = ZERO_SHOT.check(options);
  checkTexts(ZERO_SHOT.where, clips.length, texts);
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name: 'zeroShot',
    together: true,
    async evaluate(params, processes) {
      const features = await extract(params, clips, { processes });
      const videos = await requireProjected(ZERO_SHOT.where, features, params);
      return told(zeroShot({ videos, ...texts }).outcome, intervals);
    },
  };
}
