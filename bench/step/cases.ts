import type { VideoMaeConfig } from '@tgm/models';
import { VIDEO_MAE_CONFIGS } from '@tgm/models';
import { MODEL, TRAINING } from '../../examples/start/settings.js';

/** One shape of the pre-training step. */
export interface StepCase {
  readonly name: string;
  readonly config: VideoMaeConfig;
  readonly batch: number;
  /** Tokens that the encoder sees; the others are reconstructed. */
  readonly visible: number;
  readonly tokens: number;
}

/** 16 x 224 x 224 in tokens of 2 x 16 x 16. */
const TOKENS_OF_SLICE = 196;
const SLICES = 8;

const publishedCases = (batches: readonly number[]): readonly StepCase[] =>
  (['small', 'base'] as const).flatMap((size) =>
    [
      { mask: 'tube', ratio: 0.9 },
      { mask: 'text', ratio: 0.6 },
    ].flatMap(({ mask, ratio }) =>
      batches.map((batch) => ({
        name: `vit-${size[0]} ${mask} ${ratio} batch ${batch}`,
        config: VIDEO_MAE_CONFIGS[size],
        batch,
        visible: SLICES * (TOKENS_OF_SLICE - Math.floor(ratio * TOKENS_OF_SLICE)),
        tokens: SLICES * TOKENS_OF_SLICE,
      })),
    ),
  );

/** The demo's step: 8 x 64 x 64, small enough for an eager engine. */
export const DEMO_CASE: StepCase = {
  name: 'demo batch 32',
  config: MODEL,
  batch: TRAINING.batchSize,
  visible: 64,
  tokens: 256,
};

export const STEP_CASES: readonly StepCase[] = [...publishedCases([2, 4]), DEMO_CASE];

/** Batches where memory counts. */
export const LARGE_STEP_CASES: readonly StepCase[] = publishedCases([8]);

/**
 * Floating-point operations of the matrix products that one step needs: forward, and twice that backward. The decoder's
 * last block needs only what is reconstructed of its queries.
 */
export function flopsOf({ config, batch, visible, tokens }: StepCase): number {
  const pixels = 3 * config.tubeletSize * config.patchSize ** 2;
  const block = (keys: number, queries: number, width: number, hidden: number): number =>
    4 * (keys + queries) * width ** 2 + 4 * queries * width * hidden + 4 * keys * queries * width;
  const { hiddenSize, decoderHiddenSize, decoderIntermediateSize } = config;
  const decoderBlock = (queries: number) =>
    block(tokens, queries, decoderHiddenSize, decoderIntermediateSize);
  const masked = tokens - visible;
  const forward =
    2 * visible * pixels * hiddenSize +
    config.numHiddenLayers * block(visible, visible, hiddenSize, config.intermediateSize) +
    2 * visible * hiddenSize * decoderHiddenSize +
    (config.decoderNumHiddenLayers - 1) * decoderBlock(tokens) +
    decoderBlock(masked) +
    2 * masked * decoderHiddenSize * pixels;
  return 3 * batch * forward;
}
