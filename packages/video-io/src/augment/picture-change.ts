import type { Size } from '../video.js';

/** Changes all frames of a clip alike, in place. @param frames [T, height, width, 3] RGB, 0-255. */
export type PictureChange = (frames: Uint8Array, size: Size) => void;

/** `factor` of the way from one value to another, and past it above 1; truncated as Pillow does, 0-255. */
export function blend(from: number, to: number, factor: number): number {
  return Math.min(Math.max(Math.trunc(from + factor * (to - from)), 0), 255);
}
