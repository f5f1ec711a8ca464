import type { Body } from './scene.js';

/** Pixels that everything in the scene is displaced by. */
export interface Offset {
  readonly x: number;
  readonly y: number;
}

/** Hears of each pixel that a body covers, and which share of it. */
export type OnPixel = (x: number, y: number, coverage: number) => void;

/** How a scene becomes pixels, [FRAME_SIZE, FRAME_SIZE, 3] RGB, 0-255. */
export interface Look {
  /** Fills the frame. */
  drawGround(pixels: Uint8Array, offset: Offset): void;
  /** Draws a body of the scene over what is there. */
  drawBody(pixels: Uint8Array, body: Body, moment: number, offset: Offset, onPixel?: OnPixel): void;
}
