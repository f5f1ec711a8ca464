import type { Random } from '@tgm/masking';

/** One clip, ready for masking. */
export interface TrainingExample<Cues extends object> {
  readonly id: string;
  /** [T, H, W, 3] RGB, 0-255, in the model's size. */
  readonly frames: Uint8Array;
  readonly cues: Readonly<Cues>;
  /** The caption drawn this time; absent where the data has none. */
  readonly caption?: string;
  /** [E] L2-normalised embedding of that caption. */
  readonly textEmbedding?: Float32Array;
}

/** Training examples by number. The same (index, draws) must give the same example. */
export interface ExampleSource<Cues extends object> {
  readonly length: number;
  load(index: number, random: Random): Promise<TrainingExample<Cues>>;
}
