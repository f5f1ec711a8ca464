import type { ClipFrames } from '../text/patch-text.js';

/** How much a teacher attends to each patch of each frame. */
export interface AttentionMaps {
  /** [T, rows, columns] shares, none below 0. They need not sum to 1: what a teacher gives to its class token is left out. */
  readonly values: Float32Array;
  readonly frameCount: number;
  readonly rows: number;
  readonly columns: number;
}

/** What attention-guided masking needs from an image model such as CLIP. */
export interface AttentionEncoder {
  encodeAttention(clip: ClipFrames): Promise<AttentionMaps>;
}
