import type { Random } from '@tgm/masking';
import { FRAME_SIZE, TONES, type Tone } from './world.js';

/** Pixels by which the canvas is larger than the frame on each side: room for the fastest camera drift. */
export const CANVAS_MARGIN = 16;
export const CANVAS_SIZE = FRAME_SIZE + 2 * CANVAS_MARGIN;

/** Pixels between the random values. Finer texture keeps a small masked autoencoder on its plateau. */
const CELL = 64;
const LUMINANCE_SPREAD = 0.22;
const TINT_SPREAD = 0.08;
const PIXEL_NOISE = 0.007;

/** Smooth random values in [-1, 1] on the canvas, [CANVAS_SIZE, CANVAS_SIZE]. */
function smoothNoise(random: Random): Float32Array {
  const knots = Math.ceil(CANVAS_SIZE / CELL) + 1;
  const values = Float32Array.from({ length: knots * knots }, () => 2 * random() - 1);
  const cell = new Int32Array(CANVAS_SIZE);
  const weight = new Float32Array(CANVAS_SIZE);
  for (let i = 0; i < CANVAS_SIZE; i++) {
    cell[i] = Math.floor(i / CELL);
    const t = i / CELL - cell[i]!;
    weight[i] = t * t * (3 - 2 * t);
  }
  const noise = new Float32Array(CANVAS_SIZE * CANVAS_SIZE);
  const row = new Float32Array(knots);
  for (let y = 0; y < CANVAS_SIZE; y++) {
    const above = cell[y]! * knots;
    for (let k = 0; k < knots; k++) {
      const top = values[above + k]!;
      row[k] = top + (values[above + knots + k]! - top) * weight[y]!;
    }
    for (let x = 0; x < CANVAS_SIZE; x++) {
      const left = row[cell[x]!]!;
      noise[y * CANVAS_SIZE + x] = left + (row[cell[x]! + 1]! - left) * weight[x]!;
    }
  }
  return noise;
}

/** [CANVAS_SIZE, CANVAS_SIZE, 3] RGB, 0-255: a smooth, faintly tinted ground whose mean is the tone's brightness. */
export function paintBackground(tone: Tone, random: Random): Uint8ClampedArray {
  const luminance = smoothNoise(random);
  const red = smoothNoise(random);
  const blue = smoothNoise(random);
  const mean = luminance.reduce((sum, value) => sum + value, 0) / luminance.length;
  const canvas = new Uint8ClampedArray(CANVAS_SIZE * CANVAS_SIZE * 3);
  for (let pixel = 0; pixel < luminance.length; pixel++) {
    const noise = PIXEL_NOISE * (2 * random() - 1);
    const base = TONES[tone] + LUMINANCE_SPREAD * (luminance[pixel]! - mean) + noise;
    canvas[pixel * 3] = 255 * (base + TINT_SPREAD * red[pixel]!);
    canvas[pixel * 3 + 1] = 255 * base;
    canvas[pixel * 3 + 2] = 255 * (base + TINT_SPREAD * blue[pixel]!);
  }
  return canvas;
}
