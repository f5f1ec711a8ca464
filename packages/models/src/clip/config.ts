import { type FieldReader, readFields } from '../config-fields.js';

export type ClipActivation = 'quick_gelu' | 'gelu';

/** What both towers have. */
export interface ClipTowerConfig {
  /** Width; a multiple of the heads. */
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  /** OpenAI's weights need `quick_gelu`, x * sigmoid(1.702 x). */
  readonly hiddenAct: ClipActivation;
  readonly layerNormEps: number;
}

export interface ClipTextConfig extends ClipTowerConfig {
  readonly vocabSize: number;
  /** The most tokens of a text, with the first and the last one. */
  readonly maxPositionEmbeddings: number;
}

export interface ClipVisionConfig extends ClipTowerConfig {
  /** Height and width of an image in pixels; a multiple of `patchSize`. */
  readonly imageSize: number;
  readonly patchSize: number;
}

/** The shape of a CLIP: the fields of Hugging Face's `CLIPConfig`, `text_config` as `textConfig`. */
export interface ClipConfig {
  /** E, the width of the space that images and texts share. */
  readonly projectionDim: number;
  /** The logarithm of the scale of the logits before training. */
  readonly logitScaleInitValue: number;
  readonly textConfig: ClipTextConfig;
  readonly visionConfig: ClipVisionConfig;
}

const SHARED = { numHiddenLayers: 12, hiddenAct: 'quick_gelu', layerNormEps: 1e-5 } as const;

/** OpenAI's ViT-B/32 (arXiv 2103.00020, table 19), which are also the defaults of Hugging Face's classes. */
export const CLIP_VIT_B_32: ClipConfig = {
  projectionDim: 512,
  logitScaleInitValue: Math.log(1 / 0.07),
  textConfig: {
    ...SHARED,
    hiddenSize: 512,
    intermediateSize: 2048,
    numAttentionHeads: 8,
    vocabSize: 49408,
    maxPositionEmbeddings: 77,
  },
  visionConfig: {
    ...SHARED,
    hiddenSize: 768,
    intermediateSize: 3072,
    numAttentionHeads: 12,
    imageSize: 224,
    patchSize: 32,
  },
};

/** OpenAI's ViT-B/16: a grid of 14 x 14. */
export const CLIP_VIT_B_16: ClipConfig = {
  ...CLIP_VIT_B_32,
  visionConfig: { ...CLIP_VIT_B_32.visionConfig, patchSize: 16 },
};

/** OpenAI's ViT-L/14: a grid of 16 x 16. */
export const CLIP_VIT_L_14: ClipConfig = {
  ...CLIP_VIT_B_32,
  projectionDim: 768,
  textConfig: {
    ...CLIP_VIT_B_32.textConfig,
    hiddenSize: 768,
    intermediateSize: 3072,
    numAttentionHeads: 12,
  },
  visionConfig: {
    ...CLIP_VIT_B_32.visionConfig,
    hiddenSize: 1024,
    intermediateSize: 4096,
    numHiddenLayers: 24,
    numAttentionHeads: 16,
    patchSize: 14,
  },
};

/** The published vision transformers, by OpenAI's names. */
export const CLIP_CONFIGS: Readonly<Record<string, ClipConfig>> = {
  'ViT-B/32': CLIP_VIT_B_32,
  'ViT-B/16': CLIP_VIT_B_16,
  'ViT-L/14': CLIP_VIT_L_14,
  'ViT-L/14@336px': { ...CLIP_VIT_L_14, visionConfig: { ...CLIP_VIT_L_14.visionConfig, imageSize: 336 } },
};

/**
 * The checked configuration, without fields that are none of its own.
 * @throws ConfigError
 */
export function checkClipConfig(config: object, where: string): ClipConfig {
  const fields = readFields(config, where);
  const text = fields.record('textConfig');
  const vision = fields.record('visionConfig');
  vision.divides('imageSize', 'patchSize');
  return {
    projectionDim: fields.count('projectionDim'),
    logitScaleInitValue: fields.number('logitScaleInitValue'),
    textConfig: {
      ...checkTower(text),
      vocabSize: text.count('vocabSize'),
      maxPositionEmbeddings: text.count('maxPositionEmbeddings'),
    },
    visionConfig: {
      ...checkTower(vision),
      imageSize: vision.count('imageSize'),
      patchSize: vision.count('patchSize'),
    },
  };
}

function checkTower(fields: FieldReader): ClipTowerConfig {
  fields.divides('hiddenSize', 'numAttentionHeads');
  return {
    hiddenSize: fields.count('hiddenSize'),
    intermediateSize: fields.count('intermediateSize'),
    numHiddenLayers: fields.count('numHiddenLayers'),
    numAttentionHeads: fields.count('numAttentionHeads'),
    hiddenAct: fields.oneOf('hiddenAct', ['quick_gelu', 'gelu']),
    layerNormEps: fields.positive('layerNormEps'),
  };
}
