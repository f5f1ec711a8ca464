/** How clips are read from ten seconds of H.264 as `ffmpeg -c:v libx264 -g <gop>` makes them. */
export interface DecodeCase {
  readonly name: string;
  readonly gop: number;
  /**
   * `one` thread for every program. `all`: what each does by itself with a whole machine, which is a thread of ours
   * for every core, each with a clip of its own, and several threads on each picture or clip there.
   */
  readonly cores: 'one' | 'all';
  /** `one` for all clips: known from the second on. `new`: another path for each clip, as in a first epoch. */
  readonly files: 'one' | 'new';
}

export const DECODE_CASES: readonly DecodeCase[] = [
  { name: 'gop 12', gop: 12, cores: 'one', files: 'one' },
  { name: 'gop 250', gop: 250, cores: 'one', files: 'one' },
  { name: 'gop 12 new files', gop: 12, cores: 'one', files: 'new' },
  { name: 'gop 250 new files', gop: 250, cores: 'one', files: 'new' },
  { name: 'gop 12 all cores', gop: 12, cores: 'all', files: 'one' },
  { name: 'gop 250 all cores', gop: 250, cores: 'all', files: 'one' },
];

/** Short side 256: nothing is left to scale, as in data sets that were prepared for training. */
export const VIDEO = { width: 340, height: 256, fps: 30, frameCount: 300 } as const;
/** Frames of a clip, the step between them, the side of the centred crop. */
export const CLIP = { frameCount: 16, stride: 4, side: 224 } as const;

/** What a program is asked for: a clip from this frame of this file on. */
export type WantedClip = readonly [path: string, start: number];
