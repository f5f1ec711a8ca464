import { seededRandom } from '@tgm/masking';
import { CANVAS_MARGIN, CANVAS_SIZE, paintBackground } from './background.js';
import { driftAt } from './motion.js';
import type { Body, Scene } from './scene.js';
import { notchDistance, SHAPE_DISTANCES, SHAPE_REACH } from './shape.js';
import { COLOURS, COVERAGE_CELLS, FRAME_COUNT, FRAME_SIZE } from './world.js';

/** Pixels from the left and top edge: [left, top, right, bottom], right and bottom exclusive. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

export interface RenderedClip {
  /** [FRAME_COUNT, FRAME_SIZE, FRAME_SIZE, 3] RGB, 0-255. */
  readonly frames: Uint8Array;
  /** [FRAME_COUNT] the tightest box around the pixels that the named object covers by half or more. */
  readonly boxes: readonly Box[];
  /** [FRAME_COUNT, COVERAGE_CELLS, COVERAGE_CELLS] share of each cell that the named object covers, in [0, 1]. */
  readonly coverage: Float32Array;
}

/** What the renderer learns about one body while it draws it. */
interface Footprint {
  box: [number, number, number, number];
  /** [COVERAGE_CELLS, COVERAGE_CELLS] in pixels. */
  readonly cells: Float32Array;
}

const CELL_SIZE = FRAME_SIZE / COVERAGE_CELLS;
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
  footprint: Footprint | null,
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

      if (footprint === null) continue;
      const cell = Math.floor(y / CELL_SIZE) * COVERAGE_CELLS + Math.floor(x / CELL_SIZE);
      footprint.cells[cell] = footprint.cells[cell]! + coverage;
      if (coverage < 0.5) continue;
      const { box } = footprint;
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x >= box[2]) box[2] = x + 1;
      if (y >= box[3]) box[3] = y + 1;
    }
  }
}

/** Draws all frames of a scene and says where the named object is. */
export function renderScene(scene: Scene): RenderedClip {
  const { seed, split, index } = scene.key;
  const canvas = paintBackground(scene.tone, seededRandom('moving-shapes', 'background', seed, split, index));
  const frames = new Uint8Array(FRAME_COUNT * FRAME_SIZE * FRAME_SIZE * 3);
  const coverage = new Float32Array(FRAME_COUNT * COVERAGE_CELLS * COVERAGE_CELLS);
  const boxes: Box[] = [];

  for (let frame = 0; frame < FRAME_COUNT; frame++) {
    const size = FRAME_SIZE * FRAME_SIZE * 3;
    const pixels = frames.subarray(frame * size, (frame + 1) * size);
    const offset = driftAt(scene.drift, frame);
    drawBackground(pixels, canvas, offset.x, offset.y);
    for (const body of scene.distractors) drawBody(pixels, body, frame, offset, null);

    const cellCount = COVERAGE_CELLS * COVERAGE_CELLS;
    const footprint: Footprint = {
      box: [FRAME_SIZE, FRAME_SIZE, 0, 0],
      cells: coverage.subarray(frame * cellCount, (frame + 1) * cellCount),
    };
    drawBody(pixels, scene.object, frame, offset, footprint);
    boxes.push(footprint.box);
  }
  for (let cell = 0; cell < coverage.length; cell++) coverage[cell]! /= CELL_SIZE * CELL_SIZE;
  return { frames, boxes, coverage };
}
