import * as tf from '@tensorflow/tfjs';
import { frameTokens, type Params, type VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { ShapeMismatchError, TooFewExamplesError } from './errors.js';
import type { Features } from './features.js';

export interface FeatureExtractorOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  /** Clips of one pass, from 1; the last pass is filled up, so that one graph serves all. */
  readonly batchSize: number;
}

/** Features of clips under these parameters. `onProgress` hears how many clips are done after each pass. */
export type FeatureExtractor = (
  params: Params,
  clips: readonly Uint8Array[],
  onProgress?: (done: number, total: number) => void,
) => Promise<Features>;

export interface ExtractFeaturesOptions extends FeatureExtractorOptions {
  readonly params: Params;
  /** [T, H, W, 3] RGB, 0-255, each in the size of `model.config`. */
  readonly clips: readonly Uint8Array[];
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Mean over all tokens of the frozen encoder, nothing masked: [clips, D].
 *
 * One clip gives one vector. For several views of a video (segments and crops), pass each view as a clip and
 * average what comes of them.
 *
 * Throws SHAPE_MISMATCH when a clip has another size than the model's, TOO_FEW_EXAMPLES without clips.
 */
export function extractFeatures(options: ExtractFeaturesOptions): Promise<Features> {
  const { params, clips, onProgress } = options;
  return featureExtractor(options)(params, clips, onProgress);
}

/** {@link extractFeatures} for many parameters of one model: compiles once. */
export function featureExtractor({ engine, model, batchSize }: FeatureExtractorOptions): FeatureExtractor {
  const { config, grid, tokenSize } = model;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ShapeMismatchError('featureExtractor', 'batchSize a whole number from 1', `${batchSize}`);
  }
  const tokenCount = grid.slices * grid.rows * grid.columns;
  const everyToken = Int32Array.from({ length: tokenCount }, (_, i) => i);
  const clipSize = tokenCount * tokenSize;

  const encode = engine.compile(
    ({ params, tokens, positions }: { params: Params; tokens: tf.Tensor3D; positions: tf.Tensor2D }) =>
      tf.mean(model.encode(params, tokens, positions), 1), // [B, N, D] -> [B, D]
  );

  return async (params, clips, onProgress) => {
    if (clips.length === 0) throw new TooFewExamplesError('extractFeatures', 1, 0);
    for (const [index, clip] of clips.entries()) {
      if (clip.length !== clipSize) {
        const { numFrames, imageSize } = config;
        const expected = `${numFrames} x ${imageSize} x ${imageSize} x 3 = ${clipSize} bytes`;
        throw new ShapeMismatchError(`extractFeatures clip ${index}`, expected, `${clip.length}`);
      }
    }
    const pixels = new Float32Array(batchSize * clipSize);
    const everyPosition = new Int32Array(batchSize * tokenCount);
    for (let b = 0; b < batchSize; b++) everyPosition.set(everyToken, b * tokenCount);
    const positions = tf.tensor2d(everyPosition, [batchSize, tokenCount], 'int32');
    let values: Float32Array | undefined;
    let width = 0;
    try {
      for (let start = 0; start < clips.length; start += batchSize) {
        const count = Math.min(batchSize, clips.length - start);
        for (let b = 0; b < count; b++) {
          frameTokens(clips[start + b]!, config, everyToken, model.pixels, pixels, b * clipSize);
        }
        const tokens = tf.tensor3d(pixels, [batchSize, tokenCount, tokenSize]);
        const pooled = await encode({ params, tokens, positions });
        width = pooled.shape[1]!;
        values ??= new Float32Array(clips.length * width);
        values.set((await pooled.data()).subarray(0, count * width), start * width);
        tf.dispose([tokens, pooled]);
        onProgress?.(start + count, clips.length);
      }
    } finally {
      positions.dispose();
    }
    return { values: values!, count: clips.length, width };
  };
}
