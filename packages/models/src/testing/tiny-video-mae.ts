import type { VideoMaeConfig } from '../video-mae/config.js';

/** 2 x 2 x 2 tokens of 2 x 2 x 2 pixels. */
export const TINY_VIDEO_MAE: VideoMaeConfig = {
  imageSize: 4,
  patchSize: 2,
  numFrames: 4,
  tubeletSize: 2,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  intermediateSize: 16,
  decoderHiddenSize: 4,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 1,
  decoderIntermediateSize: 8,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
};
