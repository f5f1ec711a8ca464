import * as tf from '@tensorflow/tfjs';
import type { VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { clipExamples, leakage } from '@tgm/train';
import { type Arm, contrastView } from './arms.js';
import { type ArmClip, guidedClips } from './guided-clips.js';
import type { Numbers } from './scorer.js';
import { TRAINING } from './settings.js';

export interface ArmLeakOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly train: readonly ArmClip[];
  readonly test: readonly ArmClip[];
  /** Of the arm. */
  readonly steps: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Clips that are told apart at a time. */
const BATCH = 64;

/** What the view of an arm that meets the caption tells of it without a pixel, in bits, with a 95 % interval. */
export async function armLeak(arm: Arm, options: ArmLeakOptions): Promise<Numbers> {
  const { engine, model, train, test, steps, seed, signal } = options;
  const batchSize = Math.min(BATCH, test.length);
  const { params, bits, low, high } = await leakage({
    ...contrastView(arm),
    ...{ engine, model, batchSize, seed, signal },
    steps,
    trainingBatchSize: TRAINING.batchSize,
    examples: clipExamples(guidedClips(train, arm.guide)),
    heldOut: clipExamples(guidedClips(test, arm.guide)),
  });
  tf.dispose(params as tf.NamedTensorMap);
  return { 'leak/bits': bits, 'leak/low': low, 'leak/high': high };
}
