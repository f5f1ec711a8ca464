import { type MaskingStrategy, maskedCount, seededRandom, type TokenGrid } from '@tgm/masking';
import { tokenGridOf } from '@tgm/models';
import { maskingOf, type SettingsCues } from '../presets/masking-settings.js';
import type { Settings } from '../presets/settings.js';

/** Tokens of a clip. */
export interface TokenCounts {
  readonly all: number;
  /** Those that the encoder sees in the view that the decoder reads. */
  readonly visible: number;
  readonly masked: number;
  /** Masked tokens that are reconstructed; 0 where nothing is. */
  readonly reconstructed: number;
  /** Those that the encoder sees in each further view. */
  readonly furtherViews: readonly number[];
}

/** The tokens of a clip under settings: what their strategies give, asked with cues of noise. All clips have as many. */
export function tokenCounts(settings: Settings): TokenCounts {
  const grid = tokenGridOf(settings.model);
  const all = grid.slices * grid.rows * grid.columns;
  if (settings.stage !== 'pretraining')
    return { all, visible: all, masked: 0, reconstructed: 0, furtherViews: [] };
  const { masking, decoderMasking, contrast } = settings;
  const masked = maskedBy(maskingOf(masking), grid);
  // As the batches do: a share of the masked tokens, at least one.
  const share = decoderMasking && Math.max(1, maskedCount(masked, decoderMasking.ratio));
  return {
    all,
    visible: all - masked,
    masked,
    reconstructed: share ?? masked,
    furtherViews: contrast?.view ? [all - maskedBy(maskingOf(contrast.view), grid)] : [],
  };
}

function maskedBy(strategy: MaskingStrategy<SettingsCues>, grid: TokenGrid): number {
  const random = seededRandom('plan');
  const tokens = grid.slices * grid.rows * grid.columns;
  const cues = {
    tokenScores: Float32Array.from({ length: tokens }, random),
    motion: {
      vectors: Float32Array.from({ length: 2 * tokens }, random),
      known: new Uint8Array(tokens).fill(1),
    },
  };
  return strategy.mask({ grid, random, cues }).masked.length;
}
