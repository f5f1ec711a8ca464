import { seededRandom } from '@tgm/masking';
import { CANVAS_MARGIN, CANVAS_SIZE, paintBackground } from './background.js';
import { driftAt } from './motion.js';
import { type Body, type Scene, secondBody } from './scene.js';
import { notchDistance, SHAPE_DISTANCES, SHAPE_REACH } from './shape.js';
import { COLOURS, COVERAGE_CELLS, FRAME_COUNT, FRAME_SIZE } from './world.js';

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

/** Hears of each pixel that a body covers, and which share of it. */
type OnPixel = (x: number, y: number, coverage: number) => void;

const CELL_SIZE = FRAME_SIZE / COVERAGE_CELLS;
const ALL_FRAMES = Array.from({ length: FRAME_COUNT }, (_, frame) => frame);
/** Brightness of the notch relative to the body. */
const NOTCH_SHADE = 0.15;

const coverageAt = (distanceInPixels: number): number => Math.min(1, Math.max(0, 0.5 - distanceInPixels));

/** Copies the part of the canvas that the camera sees; whole pixels, since the ground is smooth. */
function drawBackground(
  frame: Uint8Array,
  canvas: Uint8ClampedArray,
  offsetX: number,
  offsetY: number,
): void {
  const left = CANVAS_MARGIN - Math.round(offsetX);
  const top = CANVAS_MARGIN - Math.round(offsetY);
  for (let y = 0; y < FRAME_SIZE; y++) {
    const start = ((top + y) * CANVAS_SIZE + left) * 3;
    frame.set(canvas.subarray(start, start + FRAME_SIZE * 3), y * FRAME_SIZE * 3);
  }
}

/** Draws a body with anti-aliased edges, touching only the pixels around it. */
function drawBody(
  pixels: Uint8Array,
  body: Body,
  frame: number,
  offset: { readonly x: number; readonly y: number },
  onPixel?: OnPixel,
): void {
  const pose = body.poses[frame]!;
  const centreX = pose.x + offset.x;
  const centreY = pose.y + offset.y;
  const { radius } = pose;
  const reach = SHAPE_REACH * radius + 1;
  const left = Math.max(0, Math.floor(centreX - reach));
  const right = Math.min(FRAME_SIZE, Math.ceil(centreX + reach));
  const top = Math.max(0, Math.floor(centreY - reach));
  const bottom = Math.min(FRAME_SIZE, Math.ceil(centreY + reach));

  const distance = SHAPE_DISTANCES[body.shape];
  const cosine = Math.cos(pose.angle) / radius;
  const sine = Math.sin(pose.angle) / radius;
  const notchCosine = body.notch === undefined ? 0 : Math.cos(body.notch);
  const notchSine = body.notch === undefined ? 0 : Math.sin(body.notch);
  const [red, green, blue] = COLOURS[body.colour].map((value) => 255 * pose.brightness * value) as [
    number,
    number,
    number,
  ];

  for (let y = top; y < bottom; y++) {
    const dy = y + 0.5 - centreY;
    for (let x = left; x < right; x++) {
      const dx = x + 0.5 - centreX;
      const u = dx * cosine + dy * sine;
      const v = dy * cosine - dx * sine;
      const coverage = coverageAt(radius * distance(u, v));
      if (coverage === 0) continue;

      let shade = 1;
      if (body.notch !== undefined) {
        const along = u * notchCosine + v * notchSine;
        const across = v * notchCosine - u * notchSine;
        shade -= (1 - NOTCH_SHADE) * coverageAt(radius * notchDistance(along, across));
      }
      const at = (y * FRAME_SIZE + x) * 3;
      pixels[at] = pixels[at]! * (1 - coverage) + red * shade * coverage + 0.5;
      pixels[at + 1] = pixels[at + 1]! * (1 - coverage) + green * shade * coverage + 0.5;
      pixels[at + 2] = pixels[at + 2]! * (1 - coverage) + blue * shade * coverage + 0.5;

      onPixel?.(x, y, coverage);
    }
  }
}

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
  const { seed, split, index } = scene.key;
  const canvas = paintBackground(scene.tone, seededRandom('moving-shapes', 'background', seed, split, index));
  const frameBytes = FRAME_SIZE * FRAME_SIZE * 3;
  const cellCount = COVERAGE_CELLS * COVERAGE_CELLS;
  const frames = new Uint8Array(chosen.length * frameBytes);
  const coverage = new Float32Array(chosen.length * cellCount);
  const secondCoverage = new Float32Array(chosen.length * cellCount);
  const second = secondBody(scene);
  const seen = new Float32Array(FRAME_SIZE * FRAME_SIZE); // of the second body, in the frame in hand
  const boxes = chosen.map((frame, slot) => {
    const pixels = frames.subarray(slot * frameBytes, (slot + 1) * frameBytes);
    const offset = driftAt(scene.drift, frame);
    drawBackground(pixels, canvas, offset.x, offset.y);
    seen.fill(0);
    for (const body of scene.distractors) {
      const onPixel: OnPixel = (x, y, share) => {
        seen[y * FRAME_SIZE + x] = share;
      };
      drawBody(pixels, body, frame, offset, body === second ? onPixel : undefined);
    }
    const cells = coverage.subarray(slot * cellCount, (slot + 1) * cellCount);
    const finder = boxFinder();
    drawBody(pixels, scene.object, frame, offset, (x, y, share) => {
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
