import type { ClipModelConfig } from '../clip-model/config.js';

/** Images of 4 x 4 in 2 x 2 patches, texts of 8 places over the 12 tokens of `lettersTokenizer`. */
export const tinyClipModel: ClipModelConfig = {
  projectionDim: 6,
  logitScaleInitValue: Math.log(1 / 0.07),
  textConfig: {
    hiddenSize: 8,
    intermediateSize: 16,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    hiddenAct: 'gelu',
    layerNormEps: 1e-5,
    vocabSize: 12,
    maxPositionEmbeddings: 8,
  },
  visionConfig: {
    hiddenSize: 12,
    intermediateSize: 24,
    numHiddenLayers: 2,
    numAttentionHeads: 3,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
    imageSize: 4,
    patchSize: 2,
  },
};
