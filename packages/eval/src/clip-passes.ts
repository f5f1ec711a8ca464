import * as tf from '@tensorflow/tfjs';
import { frameTokens, type Params, type PatchConfig, type VideoMaeEncoder } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { EvaluationError } from './errors.js';

/** A clip and what errors call it. */
export interface NamedClip {
  /** [T, H, W, 3] RGB, 0-255, in the model's size. */
  readonly frames: Uint8Array;
  readonly name: string;
}

/** What a pass computes of: B clips of N tokens, all of them. */
export interface PassInputs {
  readonly params: Params;
  /** [B, N, P] pixels in the model's scale. */
  readonly tokens: tf.Tensor3D;
  /** [B, N] int32, 0 to N - 1. */
  readonly positions: tf.Tensor2D;
}

export interface ClipPassesParts {
  readonly where: string;
  readonly engine: Engine;
  readonly model: Pick<VideoMaeEncoder, 'grid' | 'tokenSize' | 'pixels'> & { readonly config: PatchConfig };
  /** Clips of one pass; the last one is filled up, so that one graph serves all. */
  readonly batchSize: number;
  /** [B, width] */
  compute(inputs: PassInputs): tf.Tensor2D;
}

/** A row [width] for each clip, in their order; clips are asked for a pass at a time. */
export type ClipPasses = (
  params: Params,
  clips: AsyncIterable<NamedClip> | Iterable<NamedClip>,
) => AsyncGenerator<Float32Array, void, undefined>;

/**
 * Runs whole clips through a model, compiled once for all that is asked.
 *
 * @throws EvaluationError `SHAPE_MISMATCH` for a clip of another size than the model's.
 */
export function clipPasses({ where, engine, model, batchSize, compute }: ClipPassesParts): ClipPasses {
  const { config, grid, tokenSize } = model;
  const tokenCount = grid.slices * grid.rows * grid.columns;
  const everyToken = Int32Array.from({ length: tokenCount }, (_, i) => i);
  const clipSize = tokenCount * tokenSize;
  const run = engine.compile(
    compute as (inputs: PassInputs & Readonly<Record<string, never>>) => tf.Tensor2D,
  );

  return async function* (params, clips) {
    const pixels = new Float32Array(batchSize * clipSize);
    const everyPosition = new Int32Array(batchSize * tokenCount);
    for (let b = 0; b < batchSize; b++) everyPosition.set(everyToken, b * tokenCount);
    const positions = tf.tensor2d(everyPosition, [batchSize, tokenCount], 'int32');
    let held = 0;

    async function* pass(): AsyncGenerator<Float32Array> {
      const tokens = tf.tensor3d(pixels, [batchSize, tokenCount, tokenSize]);
      const result = await run({ params, tokens, positions } as never).finally(() => tokens.dispose());
      const width = result.shape[1]!;
      const rows = (await result.data<'float32'>()).slice(0, held * width);
      result.dispose();
      const count = held;
      held = 0;
      for (let b = 0; b < count; b++) yield rows.subarray(b * width, (b + 1) * width);
    }

    try {
      for await (const { frames, name } of clips) {
        requireSize(frames, name);
        frameTokens(frames, config, everyToken, model.pixels, pixels, held * clipSize);
        held += 1;
        if (held === batchSize) yield* pass();
      }
      if (held > 0) yield* pass();
    } finally {
      positions.dispose();
    }
  };

  function requireSize(frames: Uint8Array, name: string): void {
    if (frames.length === clipSize) return;
    const { numFrames, imageSize } = config;
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: `${where} ${name}`,
      expected: `${numFrames} x ${imageSize} x ${imageSize} x 3 = ${clipSize} bytes`,
      received: `${frames.length}`,
    });
  }
}
