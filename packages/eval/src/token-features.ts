import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { objectWith, optionTable, showValue } from '@tgm/options';
import { clipPasses } from './clip-passes.js';
import { EvaluationError } from './errors.js';
import {
  EXTRACT_FIELDS,
  type ExtractFeaturesOptions,
  type ExtractionOptions,
  type FeatureExtractorOptions,
  rowsOfClips,
} from './extract-features.js';
import { checkCount, checkFeatures } from './features.js';

/** The vectors of all tokens of each example. */
export interface TokenFeatures {
  /** [count, tokens, width] row-major. */
  readonly values: Float32Array;
  readonly count: number;
  /** N, from 1. */
  readonly tokens: number;
  /** D, from 1. */
  readonly width: number;
}

export const tokenFeaturesField = () =>
  objectWith<TokenFeatures>('features of tokens', ['values', 'count', 'tokens', 'width']);

const OPTIONS = optionTable('extractTokens', EXTRACT_FIELDS, EvaluationError);

/**
 * All tokens of the frozen encoder, nothing masked: [clips, N, D]. All of it lies in memory, 4 clips N D bytes: two thousand
 * clips of 128 tokens with 96 numbers are 98 MB.
 *
 * @throws EvaluationError as `extractFeatures` does.
 */
export async function extractTokens(options: ExtractFeaturesOptions): Promise<TokenFeatures> {
  const { engine, model, batchSize, params, clips, ...how } = OPTIONS.check(options);
  return tokenExtractor({ engine, model, batchSize })(params, clips, how);
}

/** `extractTokens` for many parameters of one model: compiles once. Options are trusted. */
export function tokenExtractor({ engine, model, batchSize }: FeatureExtractorOptions) {
  const passes = clipPasses({
    where: 'extractTokens',
    engine,
    model,
    batchSize,
    compute: ({ params, tokens, positions }) => {
      const encoded = model.encode(params, tokens, positions); // [B, N, D]
      return tf.reshape(encoded, [encoded.shape[0], -1]);
    },
  });
  return async (
    params: Params,
    clips: readonly Uint8Array[],
    how?: ExtractionOptions,
  ): Promise<TokenFeatures> => {
    checkCount('extractTokens', clips.length, 1);
    const width = model.config.hiddenSize;
    const values = await rowsOfClips(passes, batchSize, params, clips, how);
    return { values, count: clips.length, tokens: values.length / clips.length / width, width };
  };
}

/** @throws EvaluationError `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`. */
export function checkTokens(where: string, { values, count, tokens, width }: TokenFeatures): void {
  if (!(Number.isInteger(tokens) && tokens >= 1)) {
    const received = showValue(tokens);
    throw new EvaluationError('SHAPE_MISMATCH', { where, expected: 'a number of tokens from 1', received });
  }
  checkFeatures(where, { values, count, width: tokens * width });
}
