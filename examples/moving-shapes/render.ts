import { colourLook } from './colour-look.js';
import type { OnPixel } from './look.js';
import { driftAt } from './motion.js';
import { noiseLook } from './noise-look.js';
import { type Scene, secondBody } from './scene.js';
import { COVERAGE_CELLS, FRAME_COUNT, FRAME_SIZE } from './world.js';

/** Whole pixels; x right, y down, origin top left. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface RenderedClip {
  /** [T, FRAME_SIZE, FRAME_SIZE, 3] RGB, 0-255. */
  readonly frames: Uint8Array;
  /** [T] the tightest box around the pixels that the named object covers by half or more. */
  readonly boxes: readonly Box[];
  /** [T, COVERAGE_CELLS, COVERAGE_CELLS] share of each cell that the named object covers, in [0, 1]. */
  readonly coverage: Float32Array;
  /** [T, COVERAGE_CELLS, COVERAGE_CELLS] the same of what shows of `secondBody`, parts of which the named object may hide. */
  readonly secondCoverage: Float32Array;
}

const CELL_SIZE = FRAME_SIZE / COVERAGE_CELLS;
const ALL_FRAMES = Array.from({ length: FRAME_COUNT }, (_, frame) => frame);

/** Finds the tightest box around the pixels that are covered by half or more. */
function boxFinder(): { readonly add: OnPixel; box(): Box } {
  let [left, top, right, bottom] = [FRAME_SIZE, FRAME_SIZE, 0, 0];
  return {
    add(x, y, coverage) {
      if (coverage < 0.5) return;
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x + 1);
      bottom = Math.max(bottom, y + 1);
    },
    box: () => ({ x: left, y: top, width: right - left, height: bottom - top }),
  };
}

/** The cell in which a pixel lies. */
const cellOf = (x: number, y: number): number =>
  Math.floor(y / CELL_SIZE) * COVERAGE_CELLS + Math.floor(x / CELL_SIZE);

/**
 * Draws frames of a scene and says where the named object is.
 *
 * @param chosen frame numbers, 0 ... FRAME_COUNT - 1; by default all. The results' first axis follows them.
 */
export function renderScene(scene: Scene, chosen: readonly number[] = ALL_FRAMES): RenderedClip {
  const look = scene.level.look === 'noise' ? noiseLook(scene) : colourLook(scene);
  const frameBytes = FRAME_SIZE * FRAME_SIZE * 3;
  const cellCount = COVERAGE_CELLS * COVERAGE_CELLS;
  const frames = new Uint8Array(chosen.length * frameBytes);
  const coverage = new Float32Array(chosen.length * cellCount);
  const secondCoverage = new Float32Array(chosen.length * cellCount);
  const second = secondBody(scene);
  const seen = new Float32Array(FRAME_SIZE * FRAME_SIZE); // of the second body, in the frame in hand
  const boxes = chosen.map((frame, slot) => {
    const pixels = frames.subarray(slot * frameBytes, (slot + 1) * frameBytes);
    const moment = scene.moments[frame]!;
    const offset = driftAt(scene.drift, moment);
    look.drawGround(pixels, offset);
    seen.fill(0);
    for (const body of scene.distractors) {
      const onPixel: OnPixel = (x, y, share) => {
        seen[y * FRAME_SIZE + x] = share;
      };
      look.drawBody(pixels, body, moment, offset, body === second ? onPixel : undefined);
    }
    const cells = coverage.subarray(slot * cellCount, (slot + 1) * cellCount);
    const finder = boxFinder();
    look.drawBody(pixels, scene.object, moment, offset, (x, y, share) => {
      cells[cellOf(x, y)]! += share;
      seen[y * FRAME_SIZE + x]! *= 1 - share;
      finder.add(x, y, share);
    });
    for (let y = 0; y < FRAME_SIZE; y++) {
      for (let x = 0; x < FRAME_SIZE; x++) {
        secondCoverage[slot * cellCount + cellOf(x, y)]! += seen[y * FRAME_SIZE + x]!;
      }
    }
    return finder.box();
  });
  for (const shares of [coverage, secondCoverage]) {
    for (let cell = 0; cell < shares.length; cell++) shares[cell]! /= CELL_SIZE * CELL_SIZE;
  }
  return { frames, boxes, coverage, secondCoverage };
}
