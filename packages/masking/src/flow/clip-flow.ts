/** How the content of a clip moves from frame to frame, on a raster of samples that covers the tokens evenly. */
export interface ClipFlow {
  /** T, a multiple of the slices. */
  readonly frameCount: number;
  /** Samples along each side of a token. The raster is rows * samples high and columns * samples wide. */
  readonly samples: number;
  /** [T - 1, 2, height, width] x (right) and y (down) in samples: where the content of frame t + 1 was in frame t, from there. */
  readonly backward: Float32Array;
  /** The same from frame t to frame t + 1: where its content goes. */
  readonly forward: Float32Array;
}
