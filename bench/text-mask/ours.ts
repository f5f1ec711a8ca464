/**
 * Pre-training; see contestant.ts for how it is talked to. Arguments: the case, `text` or `tube`, and a folder of `prepareVideos`
 * where clips are cut from videos and scores come from a store; without one both are in memory. `turn` takes the steps of a turn and
 * answers with the seconds of one, by the clock and of the processors.
 */
import { reconstructionLoss } from '@tgm/losses';
import { textGuidedMasking, tubeMasking } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, constantSchedule, pretrain, shuffled, type TrainEvent } from '@tgm/train';
import { answer, answerWords, timedRun } from '../timed-run.js';
import { TEXT_MASK_CASES } from './cases.js';
import { fromMemory } from './from-memory.js';
import { fromVideos } from './from-videos.js';

const [name, kind, folder] = process.argv.slice(2);
const each = TEXT_MASK_CASES.find((other) => other.name === name)!;
const { batch, ratio, steps } = each;
const model = videoMae(each.config);

const run = {
  engine: await onnxEngine(),
  model,
  losses: [{ loss: reconstructionLoss(), weight: 1 }],
  optimizer: adamW(),
  schedule: constantSchedule({ base: 1e-4 }),
  batchSize: batch,
  // Until the program is ended.
  steps: Number.MAX_SAFE_INTEGER,
  stepsPerCall: 1,
  seed: 'bench',
};
const text = textGuidedMasking({ ratio });
const tube = tubeMasking({ ratio });

async function training(): Promise<AsyncGenerator<TrainEvent>> {
  if (folder === undefined) {
    const examples = shuffled(fromMemory(each, model));
    return kind === 'text'
      ? pretrain({ ...run, examples, masking: text })
      : pretrain({ ...run, examples, masking: tube });
  }
  const { plain, scored } = await fromVideos(each, model, folder);
  return kind === 'text'
    ? pretrain({ ...run, examples: shuffled(scored()), masking: text })
    : pretrain({ ...run, examples: shuffled(plain()), masking: tube });
}

const { oneStep } = timedRun(await training());
await oneStep();
answer({ ready: 1 });
await answerWords({
  async turn() {
    const began = performance.now();
    const before = process.cpuUsage();
    for (let step = 0; step < steps; step += 1) await oneStep();
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - began) / 1000 / steps;
    return { seconds, processor: (user + system) / 1e6 / steps };
  },
});
