import type { Random } from '@tgm/masking';
import type { Description, Json } from '@tgm/options';
import type { ClassNames, SampleLabel } from '@tgm/video-io';
import type { ReplacedSample } from '../trainer/batches.js';

/** Pixels of a clip, and what masking strategies may read about it. */
export interface ExampleClip<Cues extends object> {
  /** [T, H, W, 3] RGB, 0-255, in the model's size. */
  readonly frames: Uint8Array;
  readonly cues: Readonly<Cues>;
}

/** One clip to learn from. */
export interface TrainingExample<Cues extends object> extends ExampleClip<Cues> {
  /** The sample that it is of. Clips of one sample are no negatives of each other. */
  readonly id: string;
  readonly caption?: string;
  /** The sample's class; of several labels, each class by its label's name. */
  readonly label?: SampleLabel;
  /** [E] L2-normalised embedding of the caption. */
  readonly textEmbedding?: Float32Array;
  /** [N, F] numbers of each token that a loss predicts in place of pixels. */
  readonly features?: Float32Array;
  /** Further clips of the same video, for views of other moments. */
  readonly others?: readonly ExampleClip<Cues>[];
}

/** Training examples by number: clips in memory, or videos that are decoded when they are asked for. */
export interface ExampleSource<Cues extends object> {
  /** Samples, each of which one call of `load` is about. */
  readonly length: number;
  /** Examples that each call of `load` gives. Default 1; more of them are repeated augmentation (Hoffer et al. 2020). */
  readonly perSample?: number;
  /** Loads that are worked on at a time, such as a pool's threads. Default 1. */
  readonly parallel?: number;
  /** E; absent where there are no embeddings of captions. */
  readonly textWidth?: number;
  /** F; absent where there are no features, or nothing tells. */
  readonly featureWidth?: number;
  /** Names of the classes that the labels are of; absent where nothing tells them. */
  readonly classes?: ClassNames;
  /** The `id` of a sample's examples, without loading them. */
  id(index: number): string | Promise<string>;
  /** Whatever decides which examples come of which draws. Not where files lie, nor how many threads read them. */
  describe(): Description | Promise<Description>;
  /**
   * A function of its arguments, several calls at a time. An error whose `fault` is `'file'` is the sample's own.
   */
  load(index: number, random: Random): Promise<readonly TrainingExample<Cues>[]>;
}

/** An example in its place, with the draws that decide its masks and whatever else is done to it. */
export interface DrawnExample<Cues extends object> {
  readonly example: TrainingExample<Cues>;
  /**
   * How often the stream has gone through its source before this example, from 0; 0.5 is half of the first time. Masking strategies
   * are told. A function of the example's place. Absent where a stream has no epochs, which counts as 0.
   */
  readonly epoch?: number;
  /** Fresh draws for a mask, or another purpose, of this name: others beside it change nothing in them. */
  draws(purpose: string): Random;
}

export interface ExampleBatch<Cues extends object> {
  readonly examples: readonly DrawnExample<Cues>[];
  /** Where the stream stands behind them. */
  readonly after: Json;
  readonly replaced: readonly ReplacedSample[];
}

/** Examples without end, in an order that is a function of the seed. */
export interface ExampleStream<Cues extends object> {
  /** This rank's share of the next `count` examples for each rank, in order. */
  next(count: number): Promise<ExampleBatch<Cues>>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly seed: number | string;
  /** This process among those that share each batch. Default the only one. */
  readonly rank?: number;
  readonly ranks?: number;
  /** The place to go on from; default the beginning. */
  readonly after?: Json;
  /** Throws for an example that lacks what it is needed for, such as a caption. A stream that can, replaces its sample. */
  readonly require?: (example: TrainingExample<object>) => void;
}

/** Where examples come from in their order: `shuffled(source)`, or a stream that has no random access. */
export interface Examples<Cues extends object> {
  /** These three as of a source. */
  readonly textWidth?: number;
  readonly featureWidth?: number;
  readonly classes?: ClassNames;
  describe(): Description | Promise<Description>;
  open(options: OpenOptions): ExampleStream<Cues> | Promise<ExampleStream<Cues>>;
}
