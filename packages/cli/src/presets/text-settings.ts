import {
  CLIP_MODEL_VIT_B_16,
  CLIP_MODEL_VIT_B_32,
  CLIP_MODEL_VIT_L_14,
  type ClipModelConfig,
} from '@tgm/models';

/** The CLIP that comes with the package. */
const TINY: ClipModelConfig = {
  projectionDim: 64,
  logitScaleInitValue: 2.659260036932778,
  textConfig: {
    ...CLIP_MODEL_VIT_B_32.textConfig,
    hiddenSize: 64,
    intermediateSize: 256,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    vocabSize: 807,
    maxPositionEmbeddings: 40,
  },
  visionConfig: {
    ...CLIP_MODEL_VIT_B_32.visionConfig,
    hiddenSize: 96,
    intermediateSize: 384,
    numHiddenLayers: 1,
    numAttentionHeads: 3,
    imageSize: 64,
    patchSize: 8,
  },
};

/** Frozen teachers that score patches and embed captions, by name: OpenAI's sizes, and the one that comes with the package. */
export const TEACHERS = {
  tiny: TINY,
  'clip-b-32': CLIP_MODEL_VIT_B_32,
  'clip-b-16': CLIP_MODEL_VIT_B_16,
  'clip-l-14': CLIP_MODEL_VIT_L_14,
} as const;

export type TeacherName = keyof typeof TEACHERS;

/** Where scores and embeddings of captions come from. `plan` reckons with the first two. */
export interface TextSettings {
  /** A run names its CLIP by its options `teacher`; with `tiny` here it may do without, and has the one that comes with the package. */
  readonly teacher: TeacherName;
  /** Captions of a video, one of which is drawn for each step. A run draws from those that its data set has. */
  readonly captions: number;
  /** Frames of a tubelet that are scored, as `textCues` takes it. */
  readonly scoredFrames: 'all' | 'first';
}

/**
 * TGM: three captions of a video, by BLIP-2 on three frames, one of them drawn for each step (second-hand). Which CLIP, and that both frames
 * of a tubelet are scored, is ours.
 */
export const TGM_TEXT: TextSettings = { teacher: 'clip-b-32', captions: 3, scoredFrames: 'all' };
