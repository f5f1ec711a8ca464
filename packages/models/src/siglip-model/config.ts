import { number, wholeNumber } from '@tgm/options';
import { type ConfigSource, requireMultiple } from '../config-source.js';

/** What both towers have. Their activation is the GELU by tanh. */
export interface SiglipTowerConfig {
  /** Width; a multiple of the heads. */
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly layerNormEps: number;
}

export interface SiglipTextConfig extends SiglipTowerConfig {
  readonly vocabSize: number;
  /** L: tokens of every text, filled up. */
  readonly maxPositionEmbeddings: number;
  /** E, the width of the space that images and texts share: that of the vision tower. */
  readonly projectionSize: number;
}

export interface SiglipVisionConfig extends SiglipTowerConfig {
  /** Height and width of an image in pixels. What is left over behind whole patches is not read. */
  readonly imageSize: number;
  readonly patchSize: number;
}

/** The shape of a SigLIP: the fields of Hugging Face's `SiglipConfig` (X. Zhai et al., arXiv 2303.15343). */
export interface SiglipConfig {
  readonly textConfig: SiglipTextConfig;
  readonly visionConfig: SiglipVisionConfig;
}

const BASE = {
  hiddenSize: 768,
  intermediateSize: 3072,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  layerNormEps: 1e-6,
} as const;

/** `google/siglip-base-patch16-224`, which are also the defaults of Hugging Face's classes. */
export const SIGLIP_BASE: SiglipConfig = {
  textConfig: { ...BASE, vocabSize: 32000, maxPositionEmbeddings: 64, projectionSize: 768 },
  visionConfig: { ...BASE, imageSize: 224, patchSize: 16 },
};

const count = () => wholeNumber({ from: 1 });

const TOWER = {
  hiddenSize: count(),
  intermediateSize: count(),
  numHiddenLayers: count(),
  numAttentionHeads: count(),
  layerNormEps: number({ above: 0 }),
};
const TEXT = { ...TOWER, vocabSize: count(), maxPositionEmbeddings: count(), projectionSize: count() };
const VISION = { ...TOWER, imageSize: count(), patchSize: count() };

/** @throws ModelError as the source tells its faults */
export function checkSiglipConfig(source: ConfigSource): SiglipConfig {
  const [text, vision] = [source.within('textConfig'), source.within('visionConfig')];
  const textConfig = text.check(TEXT);
  const visionConfig = vision.check(VISION);
  requireMultiple(text, textConfig, 'hiddenSize', 'numAttentionHeads');
  requireMultiple(vision, visionConfig, 'hiddenSize', 'numAttentionHeads');
  const { projectionSize } = textConfig;
  if (projectionSize !== visionConfig.hiddenSize) {
    const expected = `${visionConfig.hiddenSize}, the width of the vision tower`;
    throw text.fault('projectionSize', expected, String(projectionSize));
  }
  if (visionConfig.patchSize > visionConfig.imageSize) {
    const expected = `at most ${visionConfig.imageSize}, the size of an image`;
    throw vision.fault('patchSize', expected, String(visionConfig.patchSize));
  }
  return { textConfig, visionConfig };
}

/** Patches along a side of an image. */
export const patchesAlong = ({ imageSize, patchSize }: SiglipVisionConfig): number =>
  Math.floor(imageSize / patchSize);
