import { EXTRACTOR_FIELDS, type FeatureExtractorOptions } from './extract-features.js';
import { intervalsField } from './told.js';

/** What every evaluator of the features of clips takes. */
export interface EncoderEvaluatorOptions extends FeatureExtractorOptions {
  /** Whether each figure also has its interval of 95 %, as `<figure>/from` and `<figure>/to`. False by default. */
  readonly intervals?: boolean;
}

export const ENCODER_FIELDS = {
  ...EXTRACTOR_FIELDS,
  intervals: intervalsField(),
} satisfies Record<keyof EncoderEvaluatorOptions, unknown>;
