import { type VideoMaeEncoder, videoMaeEncoder } from '@tgm/models';

/** An encoder of clips [2, 4, 4, 3], 96 numbers each, whose features have a width of 4. */
export const tinyEncoder = (): VideoMaeEncoder =>
  videoMaeEncoder({
    numFrames: 2,
    imageSize: 4,
    patchSize: 2,
    tubeletSize: 2,
    hiddenSize: 4,
    numHiddenLayers: 1,
    numAttentionHeads: 1,
    intermediateSize: 4,
    layerNormEps: 1e-6,
  });
