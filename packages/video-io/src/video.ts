/** Path of a video file on this machine. Network addresses and playlists are refused. */
export type VideoSource = string;

/** A video to open: a file, or the bytes of one, which are not changed and must not change meanwhile. */
export type VideoInput = VideoSource | Uint8Array;

/** Width and height in pixels, whole numbers from 1. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of the displayed frame, in its pixels; x right, y down, origin top left; may be fractional. */
export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

/**
 * What is known about a video. Times of this package are seconds on one clock, the one that players show: 0 is where the
 * earliest stream of the file begins, be it sound or pictures, whatever stamps the container uses.
 */
export interface VideoInfo {
  /** Pixels as displayed: after the sample aspect ratio and the rotation. */
  readonly width: number;
  readonly height: number;
  /** Number of frames: counted where `framesExact`; else what the header says, 0 where it says nothing. */
  readonly frameCount: number;
  /**
   * True when `frameCount`, `start`, `duration` and `fps` are those of the frames themselves (`countFrames: true`). What a
   * header says is a hint, and can be far off.
   */
  readonly framesExact: boolean;
  /** Seconds at which the first picture is shown: above 0 where sound begins earlier. */
  readonly start: number;
  /** Seconds from the first picture to the end of the last; 0 when the header does not say. */
  readonly duration: number;
  /** Mean frames per second; 0 when the header does not say. */
  readonly fps: number;
  /** FFmpeg's name of the codec, e.g. `h264`, `mpeg4`, `vp9`. */
  readonly codec: string;
  /** Clockwise turn that the metadata asks for, in degrees; already applied in `width` and `height`. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** True when the metadata mirrors the picture left to right, before the turn. */
  readonly mirrored: boolean;
  /** True when this codec's decoder exports motion vectors. */
  readonly hasMotionVectors: boolean;
}

/** When the frames of a video are shown: its count and its clock, by which sections and shards go. */
export interface VideoTimeline {
  /** With `framesExact`. */
  readonly info: VideoInfo;
  /** [frames] seconds on the video's clock, strictly rising. */
  readonly times: Float64Array;
  /** Seconds at which the last frame leaves the screen. */
  readonly end: number;
}

/** The class of a sample, a whole number from 0; or, where a sample has several labels, each class by its label's name. */
export type SampleLabel = number | Readonly<Record<string, number>>;

/** The names of classes, by number; or, where a sample has several labels, those of each label. */
export type ClassNames = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** One row of a data set. */
export interface VideoSample {
  readonly id: string;
  readonly source: VideoSource;
  readonly captions: readonly string[];
  readonly label?: SampleLabel;
  /** Seconds on the video's clock; the part of the video that this sample is about. */
  readonly start?: number;
  /** Seconds, end exclusive. */
  readonly end?: number;
}

export interface VideoDataset {
  readonly name: string;
  /** Names of the classes where the source gives labels as text; a label is a position in it. */
  readonly classes?: ClassNames;
  readonly length: number;
  at(index: number): Promise<VideoSample>;
}

/**
 * How the content moves, from the codec's motion vectors, on a grid of square cells of the output picture.
 * The cells of the last row and column are cut off where the picture's size is not a multiple of `cell`.
 */
export interface MotionField {
  /**
   * `codec`: vectors that the encoder chose. `estimate`: by `estimateMotion`. `none`: the codec has no
   * vectors, or FFmpeg does not tell them; nothing is known.
   */
  readonly origin: 'codec' | 'estimate' | 'none';
  /**
   * [T, rows, columns, 2] x (right) and y (down), in output pixels per frame of the source video: where
   * the content went from the previous source frame to this one. Zero where `known` is 0.
   */
  readonly vectors: Float32Array;
  /** [T, rows, columns] 1 where vectors cover at least half of the cell, else 0: unknown, not still. */
  readonly known: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  /** Side of a cell in output pixels. */
  readonly cell: number;
}

/** Where in the displayed source frame a clip's pixels lie. Maps anything computed on the whole frame. */
export interface CropGeometry {
  /** Displayed size of the whole frame. */
  readonly source: Size;
  /** The part that the clip shows. Within two pixels of the asked-for crop: chroma has half resolution. */
  readonly crop: Rectangle;
  /** Size of the clip's frames. */
  readonly size: Size;
}

export interface VideoClip {
  /** [T, height, width, 3] RGB, 0-255. Empty after `pixels: false`. */
  readonly frames: Uint8Array;
  /** [T] seconds on the video's clock at which each frame is shown; `decode({ times })` takes them back. */
  readonly times: Float64Array;
  /** [T] index of each frame in presentation order, from 0. */
  readonly indices: Uint32Array;
  readonly motion?: MotionField;
  readonly geometry: CropGeometry;
}
