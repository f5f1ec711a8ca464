/**
 * Trains a video MAE on a level of Moving Shapes with the reconstruction loss alone, and shows how soon it does better than predicting
 * the mean of each patch. On level `plain` that is after a few seconds, on level `actions` not in this many steps.
 *
 *   npx tsx examples/moving-shapes/reconstruct-main.ts
 *
 * Prints a line for each forty steps: the loss, that of predicting the mean, and the seconds of training so far.
 */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';
import { randomMasking, randomSliceMasking } from '@tgm/masking';
import { oneOf, optional, text, wholeNumber } from '@tgm/options';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  clipExamples,
  cosineSchedule,
  type DecodedClip,
  decodeClips,
  pretrain,
  shuffled,
} from '@tgm/train';
import { readManifest, videoPool } from '@tgm/video-io';
import { readCommandLine } from '../program/command-line.js';
import { runProgram } from '../program/run-program.js';
import { say } from '../program/say.js';
import { demoModel } from '../start/demo-model.js';
import { clipRecipe, GRID } from '../trust/clip-shape.js';
import { LEVEL_NAMES, LEVELS, type Level, makeMovingShapes, manifestPath } from './index.js';

const USAGE = `npx tsx examples/moving-shapes/reconstruct-main.ts

  --level <name>   ${LEVEL_NAMES.join(', ')}; default plain
  --clips <n>      default 256
  --steps <n>      default 400
  --seed <n>       default 0
  --threads <n>    default 1
  --data <folder>  where clips are made; default data
  --help`;

/** Small batches: what takes a model off the plateau is the number of steps. */
const BATCH = 8;
const LEARNING_RATE = 2e-3;
const WARMUP_SHARE = 0.05;
const WEIGHT_DECAY = 0.05;
/** Share of each slice that is masked, and of the masked tokens that are reconstructed. */
const MASKED = 0.75;
const RECONSTRUCTED = 1 / 4;
/** Steps to a line. */
const TOLD_EVERY = 40;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'reconstruct',
      fields: {
        level: optional(oneOf(LEVEL_NAMES), 'plain'),
        clips: optional(wholeNumber({ from: BATCH }), 256),
        steps: optional(wholeNumber({ from: 1 }), 400),
        seed: optional(wholeNumber(), 0),
        threads: optional(wholeNumber({ from: 1 }), 1),
        data: optional(text(), 'data'),
      },
      written: {
        level: 'text',
        clips: 'number',
        steps: 'number',
        seed: 'number',
        threads: 'number',
        data: 'text',
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { level: name, clips: count, steps, seed, threads, data } = options;
  const folder = join(data, `reconstruct-${name}-${count}-${seed}`);
  const clips = await clipsOf(folder, LEVELS[name], { count, seed, threads, signal });
  const engine = await onnxEngine({ threads });
  let loss = 0;
  let baseline = 0;
  let seconds = 0;
  try {
    const events = pretrain({
      engine,
      model: demoModel(),
      examples: shuffled(clipExamples(clips)),
      masking: randomSliceMasking({ ratio: MASKED }),
      decoderMasking: randomMasking({ ratio: RECONSTRUCTED }),
      losses: [{ loss: reconstructionLoss(), weight: 1 }],
      optimizer: adamW({ weightDecay: WEIGHT_DECAY }),
      schedule: cosineSchedule({
        base: LEARNING_RATE,
        warmupSteps: Math.floor(steps * WARMUP_SHARE),
        steps,
      }),
      batchSize: BATCH,
      steps,
      seed,
      signal,
    });
    for await (const event of events) {
      if (event.type === 'end') tf.dispose([event.params, event.buffers] as tf.TensorContainer);
      if (event.type !== 'step') continue;
      loss += event.total / TOLD_EVERY;
      baseline += event.figures['reconstruction baseline']! / TOLD_EVERY;
      seconds += event.seconds;
      if (event.step % TOLD_EVERY !== 0) continue;
      say(
        `step ${event.step}/${steps}  loss ${loss.toFixed(3)}  mean of the patch ${baseline.toFixed(3)}  ${seconds.toFixed(0)} s`,
      );
      loss = 0;
      baseline = 0;
    }
  } finally {
    await engine.dispose();
  }
});

interface ClipsOptions {
  readonly count: number;
  readonly seed: number;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Clips of a level, written as files and decoded. */
async function clipsOf(
  folder: string,
  level: Level,
  { count, seed, threads, signal }: ClipsOptions,
): Promise<DecodedClip[]> {
  await makeMovingShapes({ folder, level, train: count, test: 0, seed, workers: threads, signal });
  const dataset = await readManifest(manifestPath(folder, 'train', level.captions[0]!));
  const pool = videoPool({ workers: threads });
  const clips: DecodedClip[] = [];
  try {
    const given = { dataset, pool, recipe: clipRecipe(), grid: GRID, concurrency: 2 * threads, signal };
    for await (const decoded of decodeClips(given)) {
      if ('error' in decoded) throw decoded.error;
      clips.push(...decoded.clips);
    }
  } finally {
    await pool.close();
  }
  signal.throwIfAborted();
  return clips;
}
