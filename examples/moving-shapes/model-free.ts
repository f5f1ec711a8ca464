import { type Features, pixelBaseline } from '@tgm/eval';
import { FRAMES, SIZE } from './clip-shape.js';
import { colourHistogram } from './colour-histogram.js';
import { frameChanges } from './frame-changes.js';

/**
 * Features that need no model, of clips [8, 64, 64, 3] as the demo's model reads them: mean colours of 4 x 8 x 8 cells, shares of 125
 * colours without places, and means of what changes in such a cell from frame to frame.
 */
export const MODEL_FREE = {
  pixels: (clips: readonly Uint8Array[]) => pixelBaseline(clips, { frameCount: FRAMES.length, ...SIZE }),
  histogram: colourHistogram,
  changes: (clips: readonly Uint8Array[]) =>
    pixelBaseline(
      clips.map((clip) => frameChanges(clip, FRAMES.length)),
      { frameCount: FRAMES.length - 1, ...SIZE },
    ),
} as const satisfies Readonly<Record<string, (clips: readonly Uint8Array[]) => Features>>;
export type ModelFree = keyof typeof MODEL_FREE;
export const MODEL_FREE_NAMES = Object.keys(MODEL_FREE) as ModelFree[];
