/**
 * Pre-training on clips and scores in memory; see contestant.ts for how it is talked to. Arguments: the case, and `text` or
 * `tube`. `turn` takes the steps of a turn and answers with the seconds of one, by the clock and of the processors.
 */
import { reconstructionLoss } from '@tgm/losses';
import { seededRandom, textGuidedMasking, tokenCount, tubeMasking } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, type CaptionedClip, clipExamples, constantSchedule, pretrain, shuffled } from '@tgm/train';
import { answer, answerWords, timedRun } from '../timed-run.js';
import { TEXT_MASK_CASES } from './cases.js';

const [name, kind] = process.argv.slice(2);
const { config, batch, ratio, steps } = TEXT_MASK_CASES.find((each) => each.name === name)!;
const model = videoMae(config);
const tokens = tokenCount(model.grid);
const random = seededRandom('bench');
const { numFrames, imageSize } = config;

/** Clips of noise, twice as many as a batch, with three scored captions each, as the paper has them. */
const clips = Array.from({ length: 2 * batch }, (_, clip): CaptionedClip => {
  const id = `${clip}`;
  return {
    id,
    sample: { id, source: id, captions: [] },
    frames: new Uint8Array(numFrames * imageSize * imageSize * 3).map(() => 256 * random()),
    frameCount: numFrames,
    height: imageSize,
    width: imageSize,
    motion: { vectors: new Float32Array(2 * tokens), known: new Uint8Array(tokens) },
    captions: Array.from({ length: 3 }, (_, caption) => ({
      caption: `caption ${caption} of ${clip}`,
      embedding: Float32Array.of(1, caption),
      tokenScores: new Float32Array(tokens).map(random),
    })),
  };
});

const masking = kind === 'text' ? textGuidedMasking({ ratio }) : tubeMasking({ ratio });
const { oneStep } = timedRun(
  pretrain({
    engine: await onnxEngine(),
    model,
    examples: shuffled(clipExamples(clips)),
    masking,
    losses: [{ loss: reconstructionLoss(), weight: 1 }],
    optimizer: adamW(),
    schedule: constantSchedule({ base: 1e-4 }),
    batchSize: batch,
    // Until the program is ended.
    steps: Number.MAX_SAFE_INTEGER,
    stepsPerCall: 1,
    seed: 'bench',
  }),
);
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
