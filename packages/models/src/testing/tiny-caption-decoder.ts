import type { CaptionDecoderConfig } from '../caption-decoder/config.js';

/** Two blocks, eleven words, captions of five places. */
export const TINY_CAPTION_DECODER: CaptionDecoderConfig = {
  videoSize: 6,
  vocabSize: 11,
  maxPositionEmbeddings: 5,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  intermediateSize: 12,
};
