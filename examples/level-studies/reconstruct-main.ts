/**
 * Trains a video MAE on a level of Moving Shapes with the reconstruction loss alone, and shows how soon it does better than predicting
 * the mean of each patch. On level `tiled` that is after some ten seconds, on level `actions` not in this many steps.
 *
 *   npx tsx examples/level-studies/reconstruct-main.ts
 *
 * Prints a line for each forty steps: the loss, that of predicting the mean, and the seconds of training so far; at the end the errors
 * on unseen clips.
 */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readCommandLine, runProgram, say } from '@tgm/cli/program';
import { seededRandom } from '@tgm/masking';
import { oneOf, optional, text, wholeNumber } from '@tgm/options';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoPool } from '@tgm/video-io';
import { LEVEL_NAMES, LEVELS } from '../moving-shapes/index.js';
import { levelClips } from '../moving-shapes/level-clips.js';
import { completionErrors, completionMasks, errorsText } from '../start/completion-errors.js';
import { demoModel } from '../start/demo-model.js';
import { reconstructionTraining } from '../start/pretrain-tiled.js';
import { TILED } from '../start/settings.js';

const USAGE = `npx tsx examples/level-studies/reconstruct-main.ts

  --level <name>   ${LEVEL_NAMES.join(', ')}; default tiled
  --clips <n>      default ${TILED.train}
  --steps <n>      default ${TILED.steps}
  --seed <n>       default 0
  --threads <n>    default 1
  --data <folder>  where clips are made; default data
  --help`;

/** Share of each slice that is hidden. */
const RATIO = 0.75;
/** Steps to a line. */
const TOLD_EVERY = 40;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'reconstruct',
      fields: {
        level: optional(oneOf(LEVEL_NAMES), 'tiled'),
        clips: optional(wholeNumber({ from: TILED.batchSize }), TILED.train),
        steps: optional(wholeNumber({ from: 1 }), TILED.steps),
        seed: optional(wholeNumber(), 0),
        threads: optional(wholeNumber({ from: 1 }), 1),
        data: optional(text(), 'data'),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { level: name, clips: count, steps, seed, threads, data } = options;
  const folder = join(data, `level-${name}-${count}-${TILED.test}-${seed}`);
  const pool = videoPool({ workers: threads });
  const making = { folder, level: LEVELS[name], train: count, test: TILED.test, seed, pool, signal };
  const clips = await levelClips(making).finally(() => pool.close());
  const engine = await onnxEngine({ threads });
  let loss = 0;
  let baseline = 0;
  let seconds = 0;
  try {
    const model = demoModel();
    const training = { engine, model, clips: clips.train, ratio: RATIO, steps, seed, signal };
    for await (const event of reconstructionTraining(training)) {
      if (event.type === 'end') {
        const untrained = model.init(seededRandom(seed, 'init'));
        const masks = completionMasks(model, clips.test, RATIO, seed);
        const given = { engine, model, clips: clips.test, masks };
        say(errorsText(await completionErrors({ untrained, trained: event.params }, given)));
        tf.dispose([event.params, event.buffers, untrained] as tf.TensorContainer);
      }
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
