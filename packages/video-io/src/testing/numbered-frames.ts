import type { Size, VideoClip } from '../video.js';
import type { TestVideo } from './write-video.js';

/** Squares of a picture: four columns of three rows are the bits of its number, the lowest first. */
const COLUMNS = 4;
const SIDE = 16;

/** Size of pictures that carry their numbers, from 0 to 4095. */
export const NUMBERED: Size = { width: COLUMNS * SIDE, height: 3 * SIDE };

/** Brightness of a pixel of the picture that carries a number. */
export const numberedLuma = (x: number, y: number, number: number): number =>
  (number >> (Math.floor(y / SIDE) * COLUMNS + Math.floor(x / SIDE))) & 1 ? 200 : 50;

/** A video of numbered pictures, 25 a second. */
export const numberedVideo = (video: Partial<TestVideo> = {}): TestVideo => ({
  encoder: 'libx264',
  frameCount: 30,
  gop: 10,
  ...NUMBERED,
  luma: numberedLuma,
  ...video,
});

/** [T] the numbers that a clip's whole pictures carry, whatever their size. */
export function numbersOf({ frames, times, geometry: { size } }: VideoClip): number[] {
  return Array.from(times, (_, t) => {
    let number = 0;
    for (let bit = 0; bit < 12; bit++) {
      const x = Math.floor((((bit % COLUMNS) + 0.5) / COLUMNS) * size.width);
      const y = Math.floor(((Math.floor(bit / COLUMNS) + 0.5) / 3) * size.height);
      if (frames[((t * size.height + y) * size.width + x) * 3 + 1]! > 128) number |= 1 << bit;
    }
    return number;
  });
}
