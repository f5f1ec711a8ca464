import type { Description } from '@tgm/options';

/** Frames of one clip as a text-image model reads them. */
export interface ClipFrames {
  /** [T, height, width, 3] RGB, 0-255. */
  readonly frames: Uint8Array;
  readonly height: number;
  readonly width: number;
}

export interface Embeddings {
  /** [count, width] L2-normalised rows. */
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
}

export interface PatchEmbeddings {
  /** [T, rows, columns, width] L2-normalised vectors. */
  readonly values: Float32Array;
  readonly frameCount: number;
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
}

/** What text-guided masking needs from a text-image model such as CLIP. */
export interface PatchTextEncoder {
  encodeText(captions: readonly string[]): Promise<Embeddings>;
  encodePatches(clip: ClipFrames): Promise<PatchEmbeddings>;
  /** What the encoder is, but for its weights; a run keeps it. */
  describe?(): Description;
}

/** Height and width in pixels. */
export type PictureSize = Pick<ClipFrames, 'height' | 'width'>;

/** In which size a picture is read, and of how many patches. */
export interface PicturePlan extends PictureSize {
  readonly rows: number;
  readonly columns: number;
}

/** A text-image model that reads whole pictures of any aspect, and says which one it is: what scores can be kept of. */
export interface PictureTextEncoder extends PatchTextEncoder {
  /**
   * The size in which it reads a picture, nothing of which is cut off: near its aspect.
   *
   * @param detail patches along the short side, for each that a picture of its own has there. Default 1.
   * @throws an error for a `detail` that it does not read.
   */
  pictureSize(picture: PictureSize, detail?: number): PicturePlan;
  describe(): Description;
  /** A digest of its weights, and of whatever else decides what it computes and is not in the description. */
  digest(): Promise<string>;
}
