import { drawMasks } from './draw-masks.js';
import type { Picture } from './picture.js';
import { type ReconstructOptions, reconstruct } from './reconstruct.js';

/**
 * A picture of what a model makes of what it sees, three strips beneath each other: the clip, what the mask leaves, and the clip as
 * the model completes it. The last is made by `reconstruct`, so no hidden pixel is in it.
 *
 * @throws ReportError as `reconstruct`.
 */
export function drawReconstruction(options: ReconstructOptions): Picture {
  const completed = reconstruct(options);
  const { frames, height, width, grid, mask } = options;
  const { pixels, ...size } = drawMasks({
    ...{ id: 'reconstruction', frames, height, width, grid },
    masks: [
      {
        strategy: 'what is visible',
        masked: notVisible(mask.visible, grid.slices * grid.rows * grid.columns),
      },
    ],
    reconstructions: [{ run: 'the model', strategy: 'completed', frames: completed }],
  });
  return { width: size.width, height: size.height, pixels };
}

function notVisible(visible: Uint32Array, tokens: number): Uint32Array {
  const seen = new Set(visible);
  return Uint32Array.from({ length: tokens }, (_, token) => token).filter((token) => !seen.has(token));
}
