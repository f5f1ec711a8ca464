import type { Random } from '@tgm/masking';
import { FRAME_SIZE, TONES, type Tone } from './world.js';

/** Pixels by which the canvas is larger than the frame on each side: room for the fastest camera drift. */
export const CANVAS_MARGIN = 16;
export const CANVAS_SIZE = FRAME_SIZE + 2 * CANVAS_MARGIN;

/** Pixels between the random values. Finer texture keeps a small masked autoencoder on its plateau. */
const CELL = 64;
const KNOTS = Math.ceil(CANVAS_SIZE / CELL) + 1;
const LUMINANCE_SPREAD = 0.22;
const TINT_SPREAD = 0.08;
const PIXEL_NOISE = 0.007;

/** Which cell each pixel of a row lies in, and how far along it, eased. */
const CELLS = Int32Array.from({ length: CANVAS_SIZE }, (_, pixel) => Math.floor(pixel / CELL));
const EASED = Float32Array.from({ length: CANVAS_SIZE }, (_, pixel) => {
  const along = (pixel % CELL) / CELL;
  return along * along * (3 - 2 * along);
});

/** [KNOTS, KNOTS, 3] random colours around the tone's brightness, 0-255. */
function drawKnots(tone: Tone, random: Random): Float32Array {
  const noise = () => 2 * random() - 1;
  const luminance = Float32Array.from({ length: KNOTS * KNOTS }, noise);
  const mean = luminance.reduce((sum, value) => sum + value, 0) / luminance.length;
  const knots = new Float32Array(luminance.length * 3);
  luminance.forEach((value, knot) => {
    const base = TONES[tone] + LUMINANCE_SPREAD * (value - mean);
    knots[knot * 3] = 255 * (base + TINT_SPREAD * noise());
    knots[knot * 3 + 1] = 255 * base;
    knots[knot * 3 + 2] = 255 * (base + TINT_SPREAD * noise());
  });
  return knots;
}

/** [CANVAS_SIZE, CANVAS_SIZE, 3] RGB, 0-255: a smooth, faintly tinted ground around the tone's brightness. */
export function paintBackground(tone: Tone, random: Random): Uint8ClampedArray {
  const knots = drawKnots(tone, random);
  const canvas = new Uint8ClampedArray(CANVAS_SIZE * CANVAS_SIZE * 3);
  const row = new Float32Array(KNOTS * 3);
  let out = 0;
  for (let y = 0; y < CANVAS_SIZE; y++) {
    const above = CELLS[y]! * row.length;
    for (let k = 0; k < row.length; k++) {
      const top = knots[above + k]!;
      row[k] = top + (knots[above + row.length + k]! - top) * EASED[y]!;
    }
    for (let x = 0; x < CANVAS_SIZE; x++) {
      const left = CELLS[x]! * 3;
      const eased = EASED[x]!;
      const noise = 255 * PIXEL_NOISE * (2 * random() - 1);
      canvas[out] = row[left]! + (row[left + 3]! - row[left]!) * eased + noise;
      canvas[out + 1] = row[left + 1]! + (row[left + 4]! - row[left + 1]!) * eased + noise;
      canvas[out + 2] = row[left + 2]! + (row[left + 5]! - row[left + 2]!) * eased + noise;
      out += 3;
    }
  }
  return canvas;
}
