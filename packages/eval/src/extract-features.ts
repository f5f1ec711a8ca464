import * as tf from '@tensorflow/tfjs';
import type { Params, VideoMaeEncoder } from '@tgm/models';
import { callable, listOf, optional, optionTable, passing, wholeNumber } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type ClipPasses, clipPasses } from './clip-passes.js';
import { EvaluationError } from './errors.js';
import { checkCount, type Features } from './features.js';
import { bytes, encoderField, engineField } from './option-fields.js';
import { doneOfAll, gathered, type Processes, processesField, shareOf } from './processes.js';

export interface FeatureExtractorOptions {
  readonly engine: Engine;
  /** A `VideoMae`, or its encoder alone. */
  readonly model: VideoMaeEncoder;
  /** Clips of one pass, from 1; the last pass is filled up, so that one graph serves all. */
  readonly batchSize: number;
}

/** How clips are gone through. */
export interface ExtractionOptions {
  /** Hears how many clips are done after each pass. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** All of which extract from the same clips. Each computes a share and has the features of all. Default: this process alone. */
  readonly processes?: Processes | undefined;
}

/** Features of clips under these parameters. */
export type FeatureExtractor = (
  params: Params,
  clips: readonly Uint8Array[],
  how?: ExtractionOptions,
) => Promise<Features>;

export interface ExtractFeaturesOptions extends FeatureExtractorOptions, ExtractionOptions {
  readonly params: Params;
  /** [T, H, W, 3] RGB, 0-255, each in the size of `model.config`. */
  readonly clips: readonly Uint8Array[];
}

export const EXTRACTOR_FIELDS = {
  engine: engineField(),
  model: encoderField(),
  batchSize: wholeNumber({ from: 1 }),
} satisfies Record<keyof FeatureExtractorOptions, unknown>;

const EXTRACTOR_OPTIONS = optionTable('featureExtractor', EXTRACTOR_FIELDS, EvaluationError);

export const EXTRACT_FIELDS = {
  ...EXTRACTOR_FIELDS,
  params: passing('parameters by name', (value): value is Params => typeof value === 'object' && !!value),
  clips: listOf(bytes()),
  onProgress: optional(callable<(done: number, total: number) => void>()),
  processes: optional(processesField()),
} satisfies Record<keyof ExtractFeaturesOptions, unknown>;

const OPTIONS = optionTable('extractFeatures', EXTRACT_FIELDS, EvaluationError);

/**
 * Mean over all tokens of the frozen encoder, nothing masked: [clips, D].
 *
 * One clip gives one vector. For several views of a video (segments and crops), pass each view as a clip and
 * average what comes of them.
 *
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH` when a clip has another size than the model's, `TOO_FEW_EXAMPLES`
 *   without clips.
 */
export async function extractFeatures(options: ExtractFeaturesOptions): Promise<Features> {
  const { engine, model, batchSize, params, clips, ...how } = OPTIONS.check(options);
  return featureExtractor({ engine, model, batchSize })(params, clips, how);
}

/**
 * {@link extractFeatures} for many parameters of one model: compiles once.
 *
 * @throws EvaluationError `OPTION_INVALID`; what it returns rejects as `extractFeatures` does.
 */
export function featureExtractor(options: FeatureExtractorOptions): FeatureExtractor {
  const { engine, model, batchSize } = EXTRACTOR_OPTIONS.check(options);
  const passes = clipPasses({
    where: 'extractFeatures',
    engine,
    model,
    batchSize,
    compute: ({ params, tokens, positions }) => tf.mean(model.encode(params, tokens, positions), 1), // [B, N, D] -> [B, D]
  });

  return async (params, clips, how) => {
    checkCount('extractFeatures', clips.length, 1);
    const values = await rowsOfClips(passes, batchSize, params, clips, how);
    return { values, count: clips.length, width: values.length / clips.length };
  };
}

/** [clips, width] what passes compute of clips, one after the other; by several processes a share each. */
export async function rowsOfClips(
  passes: ClipPasses,
  batchSize: number,
  params: Params,
  clips: readonly Uint8Array[],
  { onProgress, processes }: ExtractionOptions = {},
): Promise<Float32Array> {
  const share = shareOf(processes, clips.length, batchSize);
  const named = clips
    .slice(share.from, share.to)
    .map((frames, index) => ({ frames, name: `clip ${share.from + index}` }));
  let values = new Float32Array();
  let done = 0;
  for await (const row of passes(params, named)) {
    if (done === 0) values = new Float32Array(named.length * row.length);
    values.set(row, done * row.length);
    done += 1;
    if (done % batchSize === 0 || done === named.length)
      onProgress?.(doneOfAll(done, share, clips.length), clips.length);
  }
  return gathered(processes, values);
}
