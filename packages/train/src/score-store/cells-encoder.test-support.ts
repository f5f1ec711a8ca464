import type { PictureTextEncoder } from '@tgm/masking';
import { wholePictures } from '@tgm/models';

/** Pixels along a side of a patch. */
const PATCH = 8;
/** Patches along a picture of its own. */
const SHORT = 4;

/**
 * An encoder whose numbers can be followed by hand: a patch is [brightness, darkness] of its pixels, normalised, and a text has an
 * angle between them by its length.
 */
export function cellsEncoder(weights = 'ones'): PictureTextEncoder {
  return {
    pictureSize: wholePictures(SHORT * PATCH, PATCH),
    async encodePatches({ frames, height, width }) {
      const [rows, columns] = [height / PATCH, width / PATCH];
      const count = frames.length / (height * width * 3);
      const values = new Float32Array(count * rows * columns * 2);
      for (let at = 0; at < count * height * width; at++) {
        const [x, y, frame] = [
          at % width,
          Math.floor(at / width) % height,
          Math.floor(at / (width * height)),
        ];
        const cell = (frame * rows + Math.floor(y / PATCH)) * columns + Math.floor(x / PATCH);
        values[cell * 2]! += frames[at * 3]!;
        values[cell * 2 + 1]! += 255 - frames[at * 3]!;
      }
      for (let cell = 0; cell < values.length; cell += 2) {
        const norm = Math.hypot(values[cell]!, values[cell + 1]!);
        values[cell]! /= norm;
        values[cell + 1]! /= norm;
      }
      return { values, frameCount: count, rows, columns, width: 2 };
    },
    async encodeText(captions) {
      const angles = captions.map(({ length }) => length / 10);
      return {
        values: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
        count: captions.length,
        width: 2,
      };
    },
    describe: () => ({ is: 'cells', patch: PATCH, short: SHORT }),
    digest: async () => weights,
  };
}
