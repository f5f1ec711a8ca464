import { number, objectWith, oneOf, optional, type Recorded, wholeNumber } from '@tgm/options';
import { type ConfigSource, requireMultiple } from '../config-source.js';

export type ClipModelActivation = 'quick_gelu' | 'gelu';

/** What both towers have. */
export interface ClipModelTowerConfig {
  /** Width; a multiple of the heads. */
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  /** OpenAI's weights need `quick_gelu`, x * sigmoid(1.702 x). */
  readonly hiddenAct: ClipModelActivation;
  readonly layerNormEps: number;
}

export interface ClipModelTextConfig extends ClipModelTowerConfig {
  readonly vocabSize: number;
  /** The most tokens of a text, with the first and the last one. */
  readonly maxPositionEmbeddings: number;
  /**
   * The id of the end token; what the tower makes of a text is read at the first of them. 2, as in old checkpoints, means the
   * largest id of the text, as openai/CLIP reads it. Default: the tokenizer's end token.
   */
  readonly eosTokenId?: number;
}

export interface ClipModelVisionConfig extends ClipModelTowerConfig {
  /** Height and width of an image in pixels; a multiple of `patchSize`. */
  readonly imageSize: number;
  readonly patchSize: number;
}

/** The shape of a CLIP: the fields of Hugging Face's `CLIPConfig`, `text_config` as `textConfig`. */
export interface ClipModelConfig {
  /** E, the width of the space that images and texts share. */
  readonly projectionDim: number;
  /** The logarithm of the scale of the logits before training. */
  readonly logitScaleInitValue: number;
  readonly textConfig: ClipModelTextConfig;
  readonly visionConfig: ClipModelVisionConfig;
}

/** What the towers compute by. */
export type ClipModelTowers = ClipModelConfig & {
  /** Whether blocks are computed again for their gradients. */
  readonly recompute: boolean;
};

const SHARED = { numHiddenLayers: 12, hiddenAct: 'quick_gelu', layerNormEps: 1e-5 } as const;

/** OpenAI's ViT-B/32 (arXiv 2103.00020, table 19), which are also the defaults of Hugging Face's classes. */
export const CLIP_MODEL_VIT_B_32: ClipModelConfig = {
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
export const CLIP_MODEL_VIT_B_16: ClipModelConfig = {
  ...CLIP_MODEL_VIT_B_32,
  visionConfig: { ...CLIP_MODEL_VIT_B_32.visionConfig, patchSize: 16 },
};

/** OpenAI's ViT-L/14: a grid of 16 x 16. */
export const CLIP_MODEL_VIT_L_14: ClipModelConfig = {
  ...CLIP_MODEL_VIT_B_32,
  projectionDim: 768,
  textConfig: {
    ...CLIP_MODEL_VIT_B_32.textConfig,
    hiddenSize: 768,
    intermediateSize: 3072,
    numAttentionHeads: 12,
  },
  visionConfig: {
    ...CLIP_MODEL_VIT_B_32.visionConfig,
    hiddenSize: 1024,
    intermediateSize: 4096,
    numHiddenLayers: 24,
    numAttentionHeads: 16,
    patchSize: 14,
  },
};

/** The published vision transformers, by OpenAI's names. */
export const CLIP_MODEL_CONFIGS: Readonly<Record<string, ClipModelConfig>> = {
  'ViT-B/32': CLIP_MODEL_VIT_B_32,
  'ViT-B/16': CLIP_MODEL_VIT_B_16,
  'ViT-L/14': CLIP_MODEL_VIT_L_14,
  'ViT-L/14@336px': {
    ...CLIP_MODEL_VIT_L_14,
    visionConfig: { ...CLIP_MODEL_VIT_L_14.visionConfig, imageSize: 336 },
  },
};

const count = () => wholeNumber({ from: 1 });

const TOWER = {
  hiddenSize: count(),
  intermediateSize: count(),
  numHiddenLayers: count(),
  numAttentionHeads: count(),
  hiddenAct: oneOf(['quick_gelu', 'gelu']),
  layerNormEps: number({ above: 0 }),
};

const TEXT = {
  ...TOWER,
  vocabSize: count(),
  maxPositionEmbeddings: count(),
  eosTokenId: optional(wholeNumber({ from: 0 })),
};

const VISION = { ...TOWER, imageSize: count(), patchSize: count() };

const CLIP = {
  projectionDim: count(),
  logitScaleInitValue: number(),
  textConfig: objectWith<object>('a configuration', []),
  visionConfig: objectWith<object>('a configuration', []),
};

/** @throws ModelError as the source tells its faults */
export function checkClipModelConfig(source: ConfigSource): ClipModelConfig {
  const { projectionDim, logitScaleInitValue } = source.check(CLIP);
  const [text, vision] = [source.within('textConfig'), source.within('visionConfig')];
  const { eosTokenId, ...textConfig } = text.check(TEXT);
  const visionConfig = vision.check(VISION);
  requireMultiple(text, textConfig, 'hiddenSize', 'numAttentionHeads');
  requireMultiple(vision, visionConfig, 'hiddenSize', 'numAttentionHeads');
  requireMultiple(vision, visionConfig, 'imageSize', 'patchSize');
  return {
    projectionDim,
    logitScaleInitValue,
    textConfig: eosTokenId === undefined ? textConfig : { ...textConfig, eosTokenId },
    visionConfig,
  };
}

/** What a description tells of a checked configuration: all of its fields. */
export const recordedClipModel = (config: ClipModelConfig): Recorded => ({
  fields: CLIP,
  values: { ...config },
});
