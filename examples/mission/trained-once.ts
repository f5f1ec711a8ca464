import * as tf from '@tensorflow/tfjs';
import { pixelTarget, reconstructionLoss } from '@tgm/losses';
import { randomMasking } from '@tgm/masking';
import { type Params, type PatchCodebook, patchCodebook } from '@tgm/models';
import {
  adamW,
  codebookObjective,
  constantSchedule,
  maskedBatches,
  pretrain,
  shuffled,
  trainer,
} from '@tgm/train';
import { MODEL } from './settings.js';
import { type ShortRun, shortOptions, stepsOf } from './short-run.js';
import type { World } from './world.js';
import { memory } from './world-clips.js';

/** What several rows need of a training, made when the first of them asks; its tensors last as long as the program. */
function once<T>(make: (world: World) => Promise<T>): (world: World) => Promise<T> {
  const made = new WeakMap<World, Promise<T>>();
  return (world) => {
    const promise = made.get(world) ?? make(world);
    made.set(world, promise);
    return promise;
  };
}

const copies = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, tf.clone(tensor)]));

const { imageSize, patchSize, numFrames, tubeletSize } = MODEL;
export const CODES = 32;
const CODEBOOK_STEPS = 60;

export interface TrainedCodebook {
  readonly model: PatchCodebook;
  readonly params: Params;
  readonly run: ShortRun;
}

/** A codebook of tokens, trained on a quarter of the tokens of each clip. */
export const trainedCodebook = once(async ({ engine, clips, signal }): Promise<TrainedCodebook> => {
  const model = patchCodebook({
    ...{ imageSize, patchSize, numFrames, tubeletSize },
    ...{ codes: CODES, codeWidth: 8 },
  });
  const objective = codebookObjective({ model });
  let params: Params = {};
  const run = await stepsOf(
    trainer({
      ...{ engine, objective, signal },
      batches: maskedBatches({
        ...{ model, needs: objective.needs },
        examples: shuffled(memory(clips)),
        views: { tokens: { masking: randomMasking({ ratio: 0.75 }) } },
        ...{ batchSize: 16, seed: 0 },
      }),
      optimizer: adamW({ weightDecay: 0 }),
      schedule: constantSchedule({ base: 3e-3 }),
      steps: CODEBOOK_STEPS,
      seed: 0,
    }),
    (trained, buffers) => {
      params = copies({ ...trained, ...buffers });
    },
  );
  return { model, params, run };
});

/** Parameters of the small Video MAE after some steps of reconstructing raw pixels. */
export const pretrainedParams = once(async (world): Promise<Params> => {
  let params: Params = {};
  const loss = reconstructionLoss({ target: pixelTarget({ normalise: false }) });
  const options = shortOptions(world, {
    masking: randomMasking({ ratio: 0.75 }),
    losses: [{ loss, weight: 1 }],
  });
  await stepsOf(pretrain(options), (trained) => {
    params = copies(trained);
  });
  return params;
});
