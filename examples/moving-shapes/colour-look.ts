import { seededRandom } from '@tgm/masking';
import { paintBackground } from './background.js';
import type { Look, Offset, OnPixel } from './look.js';
import type { Body, Scene } from './scene.js';
import { notchDistance, SHAPE_DISTANCES, SHAPE_REACH } from './shape.js';
import { CANVAS_MARGIN, CANVAS_SIZE, COLOURS, FRAME_SIZE } from './world.js';

/** Brightness of the notch relative to the body. */
const NOTCH_SHADE = 0.15;

const coverageAt = (distanceInPixels: number): number => Math.min(1, Math.max(0, 0.5 - distanceInPixels));

/** Bodies in their colours, with smooth edges, on a smooth ground. */
export function colourLook({ drawnAs, tone, level }: Scene): Look {
  const { seed, split, index } = drawnAs;
  const random = seededRandom('moving-shapes', 'background', seed, split, index);
  const canvas = paintBackground(tone, level.ground, random);
  return { drawGround: (pixels, offset) => drawGround(pixels, canvas, offset), drawBody };
}

/** Copies the part of the canvas that the camera sees; whole pixels, since the ground is smooth. */
function drawGround(pixels: Uint8Array, canvas: Uint8ClampedArray, offset: Offset): void {
  const left = CANVAS_MARGIN - Math.round(offset.x);
  const top = CANVAS_MARGIN - Math.round(offset.y);
  for (let y = 0; y < FRAME_SIZE; y++) {
    const start = ((top + y) * CANVAS_SIZE + left) * 3;
    pixels.set(canvas.subarray(start, start + FRAME_SIZE * 3), y * FRAME_SIZE * 3);
  }
}

/** Draws a body with anti-aliased edges, touching only the pixels around it. */
function drawBody(pixels: Uint8Array, body: Body, moment: number, offset: Offset, onPixel?: OnPixel): void {
  const pose = body.poses[moment]!;
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
