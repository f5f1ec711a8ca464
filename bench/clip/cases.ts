import { CLIP_VIT_B_16, CLIP_VIT_B_32, type ClipConfig } from '@tgm/models';

export interface ClipCase {
  readonly name: string;
  readonly config: ClipConfig;
  /** Frames of a turn. */
  readonly frames: number;
}

/** Patches are embedded by the image tower alone, so the text tower is a stub. */
const TEXT = { hiddenSize: 8, intermediateSize: 8, numHiddenLayers: 1, numAttentionHeads: 1, vocabSize: 2 };

const imageTower = (config: ClipConfig): ClipConfig => ({
  ...config,
  textConfig: { ...config.textConfig, ...TEXT },
});

export const CLIP_CASES: readonly ClipCase[] = [
  { name: 'vit-b/32 patches', config: imageTower(CLIP_VIT_B_32), frames: 32 },
  { name: 'vit-b/16 patches', config: imageTower(CLIP_VIT_B_16), frames: 16 },
];
