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

const PUBLISHED_CASES: readonly StepCase[] = (['small', 'base'] as const).flatMap((size) =>
  [
    { mask: 'tube', ratio: 0.9 },
    { mask: 'text', ratio: 0.6 },
  ].flatMap(({ mask, ratio }) =>
    [2, 4].map((batch) => ({
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

export const STEP_CASES: readonly StepCase[] = [...PUBLISHED_CASES, DEMO_CASE];

/** Floating-point operations of the matrix products of one step: forward, and twice that backward. */
export function flopsOf({ config, batch, visible, tokens }: StepCase): number {
  const pixels = 3 * config.tubeletSize * config.patchSize ** 2;
  const stack = (count: number, width: number, hidden: number, layers: number): number =>
    layers * 2 * (count * (4 * width ** 2 + 2 * width * hidden) + 2 * count ** 2 * width);
  const { hiddenSize, decoderHiddenSize } = config;
  const forward =
    2 * visible * pixels * hiddenSize +
    stack(visible, hiddenSize, config.intermediateSize, config.numHiddenLayers) +
    2 * visible * hiddenSize * decoderHiddenSize +
    stack(tokens, decoderHiddenSize, config.decoderIntermediateSize, config.decoderNumHiddenLayers) +
    2 * (tokens - visible) * decoderHiddenSize * pixels;
  return 3 * batch * forward;
}
