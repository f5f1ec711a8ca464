import type { ClipModel, ClipModelTokenizer } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  clipModelObjective,
  cosineSchedule,
  imageTextBatches,
  type TrainEvent,
  trainer,
} from '@tgm/train';
import { drawnPairs } from './drawn-pairs.js';
import type { Pair } from './pairs.js';

export interface TrainClipModelOptions {
  readonly model: ClipModel;
  readonly engine: Engine;
  readonly tokenizer: ClipModelTokenizer;
  readonly pairs: readonly Pair[];
  readonly steps: number;
  /** B, frames of a step. */
  readonly batchSize: number;
  /** At the end of the warm-up. */
  readonly learningRate: number;
  /** Share of the patches that the model does not see in training. Default 0. */
  readonly dropPatches?: number;
  /** Also that of the pairs. */
  readonly seed: number;
  /** Where checkpoints are kept. Default: none. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

const WARM_UP_SHARE = 0.05;
const SAVE_EVERY = 60;

/**
 * Trains from fresh parameters, or goes on from the checkpoints in `folder`.
 *
 * With the term of patches 98 % of the object is masked, without it 91 %, and 87 % of objects at rest. Paraphrases keep the
 * actions in the texts: a caption is told from those of other scenes and of its own scene with another action.
 */
export function trainClipModel(options: TrainClipModelOptions): AsyncGenerator<TrainEvent> {
  const { model, engine, tokenizer, pairs, steps, batchSize, learningRate, seed, folder, signal } = options;
  const { dropPatches = 0 } = options;
  return trainer({
    engine,
    objective: clipModelObjective({
      model,
      tokenizer,
      patchTerm: { weight: 1 },
      paraphraseTerm: { weight: 1 },
    }),
    batches: imageTextBatches({
      model,
      tokenizer,
      pairs: drawnPairs(seed, pairs),
      batchSize,
      seed,
      dropPatches,
    }),
    optimizer: adamW(),
    schedule: cosineSchedule({ base: learningRate, steps, warmupSteps: Math.round(steps * WARM_UP_SHARE) }),
    steps,
    seed,
    ...(folder === undefined ? {} : { checkpoint: { folder, every: SAVE_EVERY } }),
    ...(signal ? { signal } : {}),
  });
}
