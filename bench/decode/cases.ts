/** One video to read clips from: ten seconds of H.264 as `ffmpeg -c:v libx264 -g <gop>` makes them. */
export interface DecodeCase {
  readonly name: string;
  readonly gop: number;
}

export const DECODE_CASES: readonly DecodeCase[] = [
  { name: 'gop 12', gop: 12 },
  { name: 'gop 250', gop: 250 },
];

/** Short side 256: nothing is left to scale, as in data sets that were prepared for training. */
export const VIDEO = { width: 340, height: 256, fps: 30, frames: 300 } as const;
/** Frames of a clip, the step between them, the side of the centred crop. */
export const CLIP = { frames: 16, stride: 4, side: 224 } as const;
