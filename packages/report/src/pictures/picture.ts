import { png } from './png.js';

/** RGB pixels, as a file or a screen takes them. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] RGB, 0-255. */
  readonly pixels: Uint8Array;
}

/** The bytes of a PNG file. */
export const pictureFile = ({ pixels, width, height }: Picture): Uint8Array =>
  new Uint8Array(png(pixels, width, height, 3));
