import type { ClipModelConfig } from '@tgm/models';
import { IMAGE_SIZE } from './pairs.js';

/** The most tokens of a caption: the longest `scene` one has 38. */
export const CONTEXT_LENGTH = 40;

const SHARED = { hiddenAct: 'quick_gelu', layerNormEps: 1e-5 } as const;

/** A CLIP of 0.3 million parameters for 64 x 64 images of simple shapes; 8 x 8 patches in an 8 x 8 grid. */
export function tinyClipModelConfig(vocabularySize: number): ClipModelConfig {
  return {
    projectionDim: 64,
    logitScaleInitValue: Math.log(1 / 0.07),
    textConfig: {
      ...SHARED,
      numHiddenLayers: 2,
      hiddenSize: 64,
      intermediateSize: 256,
      numAttentionHeads: 2,
      vocabSize: vocabularySize,
      maxPositionEmbeddings: CONTEXT_LENGTH,
    },
    visionConfig: {
      ...SHARED,
      // With a second block the patches mix before the last one, and their value features no longer tell where the
      // object is: 62-80 % of it masked instead of 98 %.
      numHiddenLayers: 1,
      hiddenSize: 96,
      intermediateSize: 384,
      numAttentionHeads: 3,
      imageSize: IMAGE_SIZE,
      patchSize: 8,
    },
  };
}
