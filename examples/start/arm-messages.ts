import type { CaptionedClip, StepEvent } from '@tgm/train';
import type { Arm } from './arms.js';
import type { ArmResult } from './pretrain-arm.js';
import type { Encoder, Numbers } from './scorer.js';

/** What every thread holds. */
export interface Workplace {
  /** Folder of the run. */
  readonly run: string;
  readonly steps: number;
  /** Threads that ONNX Runtime may use in this thread. */
  readonly threads: number;
  readonly train: readonly CaptionedClip[];
  /** Labelled clips, where there are any. */
  readonly test?: readonly CaptionedClip[];
  readonly classes: number;
  /** Ids of the test videos in named parts of the test set. */
  readonly subsets: Readonly<Record<string, ReadonlySet<string>>>;
  /** What the captions of a test video say, by its id. */
  readonly meanings?: ReadonlyMap<string, string>;
}

export type Job =
  | { readonly kind: 'pretrain'; readonly arm: Arm['name'] }
  | { readonly kind: 'evaluate'; readonly encoder: Encoder };

/** Ends the job in hand: pre-training after its step, with a checkpoint; an evaluation after its call of the engine. */
export const STOP = 'stop';
/** The same, and then the thread itself. */
export const END = 'end';

export type Reply =
  | { readonly kind: 'step'; readonly arm: Arm['name']; readonly event: StepEvent }
  | { readonly kind: 'result'; readonly result: ArmResult | Numbers }
  | { readonly kind: 'failure'; readonly error: unknown; readonly code: unknown };
