import { SYMMETRIC_PIXELS, type VideoMae, type VideoMaeConfig, videoMae } from '@tgm/models';
import { testRecipe } from '@tgm/video-io';

/** Clips of 8 frames of 64 x 64 pixels, 4 x 8 x 8 tokens: the size that the tiny CLIP reads, one token for each of its patches. */
export const MODEL = {
  imageSize: 64,
  patchSize: 8,
  numFrames: 8,
  tubeletSize: 2,
  ...{ hiddenSize: 48, numHiddenLayers: 2, numAttentionHeads: 3, intermediateSize: 192 },
  ...{ decoderHiddenSize: 32, decoderNumHiddenLayers: 1, decoderNumAttentionHeads: 2 },
  decoderIntermediateSize: 128,
  decoderNormEps: 1e-6,
  layerNormEps: 1e-6,
} satisfies VideoMaeConfig;

export const SIZE = { width: MODEL.imageSize, height: MODEL.imageSize };
export const FRAME_COUNT = MODEL.numFrames;
/** Every second frame: a clip spans its whole video. */
export const STRIDE = 2;

export const smallModel = (): VideoMae =>
  videoMae(MODEL, { pixels: SYMMETRIC_PIXELS, scaledResiduals: true });

/** One clip of each video, without chance. */
export const wholeVideo = () =>
  testRecipe({
    sampling: { kind: 'dense', stride: STRIDE },
    frameCount: FRAME_COUNT,
    size: SIZE,
    clips: 1,
    crops: 1,
  });

export const VIDEOS = { train: 96, test: 48 };
export const SEED = 0;
