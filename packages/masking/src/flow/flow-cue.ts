import { number, optional, optionTable, wholeNumber } from '@tgm/options';
import { MaskingError } from '../errors.js';
import { cameraFinder } from '../motion/camera-motion.js';
import { type DenseMotion, denseMotionCheck } from '../motion/dense-motion.js';
import { nearestPresent, partsPresent } from '../motion/nearest-present.js';
import type { TokenGrid } from '../strategy.js';
import { checkGrid } from '../token-grid.js';
import type { ClipFlow } from './clip-flow.js';

export interface FlowCueOptions {
  /** Size of the frame that the tokens cover, in the pixels of the vectors and cells. */
  readonly width: number;
  readonly height: number;
  /** Source frames from one frame of the clip to the next: the sampling stride. */
  readonly framesPerStep: number;
  /**
   * Samples of the flow along each side of a token. Default 4: of tokens of 16 x 16 pixels, the codec's smallest block. MGMAE
   * has one a pixel, which takes 16 times as long.
   */
  readonly samples?: number;
}

const positive = number({ above: 0 });

const table = optionTable(
  'flowCue',
  {
    width: positive,
    height: positive,
    framesPerStep: positive,
    samples: optional(wholeNumber({ from: 1 }), 4),
  } satisfies Record<keyof FlowCueOptions, unknown>,
  MaskingError,
);

const checkDenseMotion = denseMotionCheck('flowCue');

/**
 * Dense flow between the frames of a clip, from motion on a raster: a codec's vectors or matched blocks in place of the optical
 * flow that MGMAE estimates with a network (reconstruction).
 *
 * - A sample has the motion of the cell that its middle lies in.
 * - A cell without a vector goes with the camera: the median of the frame's vectors, x and y apart. A frame without any, such as
 *   a key frame, has those of the nearest frame with some (the earlier of two).
 * - Motion tells where content came from. From frame t + 1 backwards it is that of frame t + 1. From frame t forwards it is that
 *   of frame t, as if all went on as it does.
 *
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` when the frames are no multiple of the slices or the raster does not cover
 *   the frame, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function flowCue(field: DenseMotion, grid: TokenGrid, options: FlowCueOptions): ClipFlow {
  const { width, height, framesPerStep, samples }: Required<FlowCueOptions> = table.check(options);
  checkGrid(grid, 'flowCue');
  const frameCount = checkDenseMotion(field, grid, width, height) * grid.slices;
  const cells = field.rows * field.columns;
  const down = cellsUnder(grid.rows * samples, height / field.cell);
  const across = cellsUnder(grid.columns * samples, width / field.cell);
  const size = down.length * across.length;
  const scales = [(framesPerStep * across.length) / width, (framesPerStep * down.length) / height] as const;
  const cameraOf = cameraFinder(cells);

  /** [T, 2, height, width] motion of each frame at its own samples, in samples a step. */
  const motion = new Float32Array(frameCount * 2 * size);
  const present = partsPresent(field.known, frameCount);
  for (let frame = 0, at = 0; frame < frameCount; frame += 1) {
    const first = (nearestPresent(present, frame) ?? frame) * cells;
    const camera = cameraOf(field, first, first + cells);
    for (const axis of [0, 1] as const) {
      const unknown = axis === 0 ? camera.x : camera.y;
      for (const row of down) {
        for (const column of across) {
          const cell = first + row * field.columns + column;
          motion[at] = scales[axis] * (field.known[cell] ? field.vectors[cell * 2 + axis]! : unknown);
          at += 1;
        }
      }
    }
  }
  const backward = motion.slice(2 * size);
  for (let at = 0; at < backward.length; at += 1) backward[at] = -backward[at]!;
  return { frameCount, samples, backward, forward: motion.slice(0, backward.length) };
}

/** For each of `count` samples along a side of `cells` cells the cell that its middle lies in. */
function cellsUnder(count: number, cells: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * cells) / count));
}
