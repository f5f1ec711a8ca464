import { type Random, seededRandom } from '@tgm/masking';
import type { Look, OnPixel } from './look.js';
import type { Body, Scene } from './scene.js';
import { SHAPE_DISTANCES, SHAPE_REACH } from './shape.js';
import { CANVAS_MARGIN, CANVAS_SIZE, FRAME_SIZE } from './world.js';

/** Side of one grain of noise in pixels: a codec keeps it, and half the size still shows it. */
export const GRAIN = 4;
/** Brightness of the two kinds of grains, 0-255. */
const DARK = 56;
const LIGHT = 200;

const FRAME_GRAINS = FRAME_SIZE / GRAIN;
const FIELD_GRAINS = CANVAS_SIZE / GRAIN;

/** [FIELD_GRAINS, FIELD_GRAINS] each dark or light, as a coin falls. */
const drawField = (random: Random): Uint8Array =>
  Uint8Array.from({ length: FIELD_GRAINS ** 2 }, () => (random() < 0.5 ? DARK : LIGHT));

/** A body is smaller than a field, so that no grain of it shows twice. */
const wrapped = (grain: number): number => ((grain % FIELD_GRAINS) + FIELD_GRAINS) % FIELD_GRAINS;

/**
 * Ground and bodies of black and white noise, each of its own, which moves with it by whole grains. So each grain of a frame is a
 * coin of its own, wherever the bodies are: one frame shows nothing, and motion shows everything. The idea is that of SpookyBench
 * (Upadhyay et al., "Time Blindness", 2025; second-hand).
 */
export function noiseLook(scene: Scene): Look {
  const { seed, split, index } = scene.drawnAs;
  const random = seededRandom('moving-shapes', 'noise', seed, split, index);
  const ground = drawField(random);
  const fields = new Map([...scene.distractors, scene.object].map((body) => [body, drawField(random)]));

  return {
    drawGround(pixels, offset) {
      const left = (CANVAS_MARGIN - GRAIN * Math.round(offset.x / GRAIN)) / GRAIN;
      const top = (CANVAS_MARGIN - GRAIN * Math.round(offset.y / GRAIN)) / GRAIN;
      for (let row = 0; row < FRAME_GRAINS; row++) {
        for (let column = 0; column < FRAME_GRAINS; column++) {
          fillGrain(pixels, row, column, ground[(top + row) * FIELD_GRAINS + left + column]!);
        }
      }
    },

    drawBody(pixels, body, moment, offset, onPixel) {
      const field = fields.get(body)!;
      const { x, y, radius } = body.poses[moment]!;
      // The corner of grains that is nearest to the centre.
      const centreColumn = Math.round((x + offset.x) / GRAIN);
      const centreRow = Math.round((y + offset.y) / GRAIN);
      const reach = Math.ceil((SHAPE_REACH * radius) / GRAIN) + 1;
      for (let down = -reach; down < reach; down++) {
        for (let right = -reach; right < reach; right++) {
          const row = centreRow + down;
          const column = centreColumn + right;
          if (row < 0 || row >= FRAME_GRAINS || column < 0 || column >= FRAME_GRAINS) continue;
          if (!covers(body, moment, GRAIN * (right + 0.5), GRAIN * (down + 0.5))) continue;
          fillGrain(pixels, row, column, field[wrapped(down) * FIELD_GRAINS + wrapped(right)]!, onPixel);
        }
      }
    },
  };
}

/** Whether a point, in pixels from a body's centre, lies on it. */
function covers(body: Body, moment: number, dx: number, dy: number): boolean {
  const { radius, angle } = body.poses[moment]!;
  const u = (dx * Math.cos(angle) + dy * Math.sin(angle)) / radius;
  const v = (dy * Math.cos(angle) - dx * Math.sin(angle)) / radius;
  return SHAPE_DISTANCES[body.shape](u, v) < 0;
}

function fillGrain(
  pixels: Uint8Array,
  row: number,
  column: number,
  brightness: number,
  onPixel?: OnPixel,
): void {
  for (let y = row * GRAIN; y < (row + 1) * GRAIN; y++) {
    for (let x = column * GRAIN; x < (column + 1) * GRAIN; x++) {
      pixels.fill(brightness, 3 * (y * FRAME_SIZE + x), 3 * (y * FRAME_SIZE + x + 1));
      onPixel?.(x, y, 1);
    }
  }
}
