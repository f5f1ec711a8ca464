import { clipModel } from '@tgm/models';
import {
  adamW,
  clipModelObjective,
  constantSchedule,
  type ImageTextPairs,
  imageTextBatches,
  trainer,
} from '@tgm/train';
import { SIZE } from './settings.js';
import { type ShortRun, stepsOf } from './short-run.js';
import type { World } from './world.js';

const STEPS = 60;
const BATCH = 16;

/** Trains a CLIP of the tiny one's size from scratch, on the first frame of each clip and its caption. */
export function imageTextRun(world: World, dropPatches: number): Promise<ShortRun> {
  const { engine, clips, signal } = world;
  const { tokenizer } = world.clipModel;
  const model = clipModel(world.clipModel.model.config);
  const frame = SIZE.width * SIZE.height * 3;
  const pairs: ImageTextPairs = {
    length: clips.length,
    load: (indices) =>
      indices.map((index) => {
        const { id, caption, frames } = clips[index]!;
        return { id, text: caption!, image: frames.slice(0, frame) };
      }),
    describe: () => ({ is: 'first frames and captions' }),
  };
  return stepsOf(
    trainer({
      engine,
      objective: clipModelObjective({ model, tokenizer }),
      batches: imageTextBatches({ model, tokenizer, pairs, batchSize: BATCH, seed: 0, dropPatches }),
      optimizer: adamW({ betas: [0.9, 0.98] }),
      schedule: constantSchedule({ base: 1e-3 }),
      steps: STEPS,
      seed: 0,
      signal,
    }),
  );
}
