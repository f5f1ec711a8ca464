import type { VideoMaeConfig } from '@tgm/models';
import type {
  FinetuningSettings,
  LengthSettings,
  PretrainingSettings,
  ProbingSettings,
  Settings,
} from './settings.js';

/** 8 frames of 64 x 64 in 4 x 8 x 8 tokens: a step of 16 clips takes a tenth of a second on two cores. */
export const LAPTOP_MODEL: VideoMaeConfig = {
  imageSize: 64,
  patchSize: 8,
  numFrames: 8,
  tubeletSize: 2,
  hiddenSize: 96,
  numHiddenLayers: 3,
  numAttentionHeads: 3,
  intermediateSize: 384,
  decoderHiddenSize: 48,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 3,
  decoderIntermediateSize: 192,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
};

/** For videos of a second or two. */
const LARGEST_STRIDE = 2;
const LENGTH: LengthSettings = { epochs: 20, videosPerStep: 16, accumulate: 1 };
/** 1e-3 in steps of 16: a small model learns at larger rates than the published ones. */
const BASE_RATE = (1e-3 * 256) / LENGTH.videosPerStep;

const rate = { base: BASE_RATE, start: 0, final: 0, warmupEpochs: 1 };
/** Fewer views: small videos have no more to tell. */
const views = { clips: 2, crops: 1 };

const shorter = <Recipe extends { readonly sampling: FinetuningSettings['test']['sampling'] }>(
  recipe: Recipe,
): Recipe => ({
  ...recipe,
  sampling:
    recipe.sampling.kind === 'dense'
      ? { kind: 'dense', stride: Math.min(recipe.sampling.stride, LARGEST_STRIDE) }
      : recipe.sampling,
});

/**
 * A size of a preset that runs on a laptop's processor with small data in the published layout. What the method is stays: masking and
 * its ratio, terms, flips, which frames make a clip. Model, length, rates and views are small, and are ours; the CLIP is the tiny one. It is for seeing
 * that everything works, not for figures.
 */
export function laptop(settings: PretrainingSettings): PretrainingSettings;
export function laptop(settings: FinetuningSettings): FinetuningSettings;
export function laptop(settings: ProbingSettings): ProbingSettings;
export function laptop(settings: Settings): Settings;
export function laptop(settings: Settings): Settings {
  switch (settings.stage) {
    case 'pretraining':
      return {
        ...settings,
        model: LAPTOP_MODEL,
        ...(settings.text && { text: { ...settings.text, teacher: 'tiny' } }),
        recipe: { ...settings.recipe, stride: Math.min(settings.recipe.stride, LARGEST_STRIDE) },
        length: LENGTH,
        rate,
      };
    case 'finetuning':
      return {
        ...settings,
        model: LAPTOP_MODEL,
        recipe: { ...shorter(settings.recipe), clips: 1 },
        test: { ...shorter(settings.test), ...views },
        length: LENGTH,
        rate,
        dropPath: 0,
      };
    case 'probing':
      return {
        ...settings,
        model: LAPTOP_MODEL,
        recipe: shorter(settings.recipe),
        test: { ...shorter(settings.test), ...views },
      };
  }
}
