/** How a clip is cut into tokens; N = slices * rows * columns, in the order (slice, row, column). */
export interface Grid {
  readonly slices: number;
  readonly rows: number;
  readonly columns: number;
}

/** Pixels of a clip and how they are cut: T frames of H x W pixels. */
export interface GridClip {
  /** [T, H, W, 3] RGB, 0-255. T is a multiple of the slices; one frame for each slice is enough for pictures. */
  readonly frames: Uint8Array;
  /** H: a multiple of the rows. */
  readonly height: number;
  /** W: a multiple of the columns. */
  readonly width: number;
  readonly grid: Grid;
}

/** What is shown of a clip. */
export interface ClipReport extends GridClip {
  readonly id: string;
  readonly caption?: string;
  /** The true place of the named object in each slice, where known. */
  readonly boxes?: readonly (PixelBox | undefined)[];
  /** Heat maps, each a strip. */
  readonly scores?: readonly ScoreMaps[];
  readonly masks?: readonly MaskPicture[];
  readonly reconstructions?: readonly Reconstruction[];
}

/** In pixels from the top left corner of the frame. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How well each token matches the caption. */
export interface ScoreMaps {
  /** Of the strip; default `match`. */
  readonly name?: string;
  /** [N] */
  readonly values: Float32Array;
  /** What the numbers are, such as `cosine with the caption`. */
  readonly label?: string;
}

export interface MaskPicture {
  readonly strategy: string;
  /** Numbers of the masked tokens, (slice * rows + row) * columns + column. */
  readonly masked: Uint32Array;
  /** Share of the named object's tokens that is masked, 0-1, where known. */
  readonly maskedShare?: number;
}

export interface Reconstruction {
  /** What made it: a run, a model. */
  readonly run: string;
  /** The mask that it was made from; shown beneath that mask. */
  readonly strategy: string;
  /** [T, H, W, 3] as `reconstruct` gives it, or one frame for each slice. */
  readonly frames: Uint8Array;
}
