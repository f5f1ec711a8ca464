import type { Random } from '@tgm/masking';
import type { Ground } from './level.js';
import { CANVAS_SIZE, TONES, type Tone } from './world.js';

/** [side, side, 3] random colours around the tone's brightness, 0-255. */
function drawKnots(
  side: number,
  tone: Tone,
  { luminance: spread, tint }: Ground,
  random: Random,
): Float32Array {
  const noise = () => 2 * random() - 1;
  const luminance = Float32Array.from({ length: side * side }, noise);
  const mean = luminance.reduce((sum, value) => sum + value, 0) / luminance.length;
  const knots = new Float32Array(luminance.length * 3);
  luminance.forEach((value, knot) => {
    const base = TONES[tone] + spread * (value - mean);
    knots[knot * 3] = 255 * (base + tint * noise());
    knots[knot * 3 + 1] = 255 * base;
    knots[knot * 3 + 2] = 255 * (base + tint * noise());
  });
  return knots;
}

/** [own, own, 3] values, repeated to [side, side, 3]. */
function tiled(values: Float32Array, own: number, side: number): Float32Array {
  if (own === side) return values;
  const result = new Float32Array(side * side * 3);
  for (let knot = 0; knot < side * side; knot++) {
    const from = (Math.floor(knot / side) % own) * own + ((knot % side) % own);
    result.set(values.subarray(3 * from, 3 * from + 3), 3 * knot);
  }
  return result;
}

/** Which cell each pixel of a row lies in, and how far along it, eased. */
function lattice(cell: number) {
  const cells = Int32Array.from({ length: CANVAS_SIZE }, (_, pixel) => Math.floor(pixel / cell));
  const eased = Float32Array.from({ length: CANVAS_SIZE }, (_, pixel) => {
    const along = (pixel % cell) / cell;
    return along * along * (3 - 2 * along);
  });
  return { cells, eased };
}

/** [CANVAS_SIZE, CANVAS_SIZE, 3] RGB, 0-255: a smooth, faintly tinted ground around the tone's brightness. */
export function paintBackground(tone: Tone, ground: Ground, random: Random): Uint8ClampedArray {
  const side = Math.ceil(CANVAS_SIZE / ground.cell) + 1;
  const own = ground.repeat === 0 ? side : ground.repeat;
  const knots = tiled(drawKnots(own, tone, ground, random), own, side);
  const { cells, eased: easedBy } = lattice(ground.cell);
  const canvas = new Uint8ClampedArray(CANVAS_SIZE * CANVAS_SIZE * 3);
  const row = new Float32Array(side * 3);
  let out = 0;
  for (let y = 0; y < CANVAS_SIZE; y++) {
    const above = cells[y]! * row.length;
    for (let k = 0; k < row.length; k++) {
      const top = knots[above + k]!;
      row[k] = top + (knots[above + row.length + k]! - top) * easedBy[y]!;
    }
    for (let x = 0; x < CANVAS_SIZE; x++) {
      const left = cells[x]! * 3;
      const eased = easedBy[x]!;
      const noise = 255 * ground.noise * (2 * random() - 1);
      canvas[out] = row[left]! + (row[left + 3]! - row[left]!) * eased + noise;
      canvas[out + 1] = row[left + 1]! + (row[left + 4]! - row[left + 1]!) * eased + noise;
      canvas[out + 2] = row[left + 2]! + (row[left + 5]! - row[left + 2]!) * eased + noise;
      out += 3;
    }
  }
  return canvas;
}
