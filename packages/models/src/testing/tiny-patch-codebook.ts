import type { PatchCodebookConfig } from '../patch-codebook/config.js';

/** 2 x 2 x 2 tokens of 2 x 2 x 2 pixels, five codes of three numbers. */
export const TINY_PATCH_CODEBOOK: PatchCodebookConfig = {
  imageSize: 4,
  patchSize: 2,
  numFrames: 4,
  tubeletSize: 2,
  codes: 5,
  codeWidth: 3,
};
