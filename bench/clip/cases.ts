import { CLIP_MODEL_VIT_B_16, CLIP_MODEL_VIT_B_32, type ClipModelConfig } from '@tgm/models';

export interface ClipModelCase {
  readonly name: string;
  readonly config: ClipModelConfig;
  /** Frames of a turn. */
  readonly frameCount: number;
}

/** Patches are embedded by the image tower alone, so the text tower is a stub. */
const TEXT = { hiddenSize: 8, intermediateSize: 8, numHiddenLayers: 1, numAttentionHeads: 1, vocabSize: 2 };

const imageTower = (config: ClipModelConfig): ClipModelConfig => ({
  ...config,
  textConfig: { ...config.textConfig, ...TEXT },
});

export const CLIP_MODEL_CASES: readonly ClipModelCase[] = [
  { name: 'vit-b/32 patches', config: imageTower(CLIP_MODEL_VIT_B_32), frameCount: 32 },
  { name: 'vit-b/16 patches', config: imageTower(CLIP_MODEL_VIT_B_16), frameCount: 16 },
];
