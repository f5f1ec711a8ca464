import type { DecodedClip, StepEvent } from '@tgm/train';
import type { Arm } from './arms.js';
import type { ArmClip } from './guided-clips.js';
import type { ArmResult } from './pretrain-arm.js';
import type { Encoder, Numbers } from './scorer.js';

/** What every thread holds. */
export interface Workplace {
  /** Folder of the run. */
  readonly run: string;
  readonly steps: number;
  /** Threads that ONNX Runtime may use in this thread. */
  readonly threads: number;
  readonly train: readonly ArmClip[];
  /** What the run by reconstruction alone trains on, where there is one. */
  readonly tiled?: readonly DecodedClip[];
  /** Labelled clips, where there are any. */
  readonly test?: readonly ArmClip[];
  readonly classes: number;
  /** Ids of the test videos in named parts of the test set. */
  readonly subsets: Readonly<Record<string, ReadonlySet<string>>>;
  /** What the captions of a test video say, by its id. */
  readonly meanings?: ReadonlyMap<string, string>;
  /** [tokens] share of each token that the named object of a test video covers, by its id. */
  readonly coverages?: ReadonlyMap<string, Float32Array>;
}

export type Job =
  | { readonly kind: 'pretrain' | 'leak' | 'masks'; readonly arm: Arm['name'] }
  /** The run by reconstruction alone. */
  | { readonly kind: 'tiled'; readonly steps: number }
  | { readonly kind: 'evaluate'; readonly encoder: Encoder };

/** Ends the job in hand: training after its step, pre-training with a checkpoint; an evaluation after its call of the engine. */
export const STOP = 'stop';
/** The same, and then the thread itself. */
export const END = 'end';

export type Reply =
  | { readonly kind: 'step'; readonly arm: string; readonly event: StepEvent }
  | { readonly kind: 'result'; readonly result: ArmResult | Numbers }
  | { readonly kind: 'failure'; readonly error: unknown; readonly code: unknown };
