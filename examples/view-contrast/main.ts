/**
 * `npm run contrast`: published ways to learn from videos without words, each trained for a hundred steps on Moving Shapes.
 *
 *   npm run contrast -- --only simclr,cpc
 *
 * Makes the data set, trains an encoder by each method on videos that are decoded meanwhile, and prints how well a linear probe
 * and k-NN name the object of unseen clips, its colour and shape, beside the untrained encoder and the pixels alone. Ends with
 * code 1 where a method does not come out above its untrained encoder. Ctrl-C stops it and prints what is done; the same command
 * goes on from there.
 */
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readCommandLine, runProgram, say } from '@tgm/cli/program';
import { seededRandom } from '@tgm/masking';
import { flag, optional, text, wholeNumber } from '@tgm/options';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoPool } from '@tgm/video-io';
import { ProgramError } from '../program/errors.js';
import { prepareData } from './data.js';
import { pairedDifference } from './difference.js';
import { measure } from './measure.js';
import { METHODS, type Method } from './methods.js';
import { CLIPS, encoder, QUICK_CLIPS, QUICK_STEPS, TRAINING } from './settings.js';
import { differenceText, type Row, requireLearned, tableText } from './table.js';
import { train } from './train.js';

const ROOT = resolve(import.meta.dirname, '../..');

const USAGE = `npm run contrast

  --only <a,a,…>   default all: ${METHODS.map(({ name }) => name).join(',')}
  --steps <n>      of each method; default ${TRAINING.steps}
  --seed <n>       data set, first weights and draws; default 0
  --out <folder>   of logs and checkpoints; default runs/contrast in the repository; what it holds is gone on
                   with, by seed and steps
  --data <folder>  where Moving Shapes is made; default data/ in the repository
  --workers <n>    threads that decode; default 2
  --quick          few clips and steps, to see that everything works
  --help`;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'npm run contrast',
      fields: {
        only: optional(text()),
        steps: optional(wholeNumber({ from: 2 })),
        seed: optional(wholeNumber(), 0),
        out: optional(text()),
        data: optional(text(), join(ROOT, 'data')),
        workers: optional(wholeNumber({ from: 1 }), 2),
        quick: optional(flag(), false),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { seed, quick, workers } = options;
  const methods = chosen(options.only);
  const steps = options.steps ?? (quick ? QUICK_STEPS : TRAINING.steps);
  const out = resolve(
    options.out ?? join(ROOT, quick ? 'runs/contrast-quick' : 'runs/contrast'),
    `seed-${seed}-steps-${steps}`,
  );
  const model = encoder();
  const pool = videoPool({ workers });
  const engine = await onnxEngine({ threads: 1 });
  const start = model.init(seededRandom(seed, 'init'));
  try {
    const counts = quick ? QUICK_CLIPS : CLIPS;
    const data = await prepareData({ folder: resolve(options.data), counts, seed, pool, model, signal });
    const measuring = { engine, model, data, seed };
    const references = {
      pixels: await measure(measuring, 'pixels'),
      untrained: await measure(measuring, start),
    };
    const rows: Row[] = [];
    try {
      for (const method of methods) {
        const { params, seconds, ...losses } = await train(method, {
          engine,
          model,
          start,
          videos: data.videos,
          pool,
          steps,
          seed,
          out: join(out, method.name),
          signal,
        });
        const measured = await measure(measuring, params);
        tf.dispose(params as tf.NamedTensorMap);
        const difference = pairedDifference(references.untrained.right, measured.right);
        say(
          `  ${method.name}: loss ${losses.begin.toFixed(2)} to ${losses.end.toFixed(2)}, probe ${measured.probe.toFixed(1)}, above untrained ${differenceText(difference)}`,
        );
        rows.push({ name: method.name, note: method.note, measured, difference, losses, seconds });
        signal.throwIfAborted();
      }
    } finally {
      say(`\n${tableText(references, rows)}\n`);
    }
    if (quick) say('--quick: too little to learn from, so nothing is asked of the figures.');
    else requireLearned(rows);
  } finally {
    tf.dispose(start as tf.NamedTensorMap);
    await pool.close();
    await engine.dispose();
  }
});

function chosen(list: string | undefined): readonly Method[] {
  const names = list?.split(',') ?? METHODS.map(({ name }) => name);
  const unknown = names.filter((name) => !METHODS.some((method) => method.name === name));
  if (unknown.length === 0) return METHODS.filter(({ name }) => names.includes(name));
  throw new ProgramError('OPTION_INVALID', {
    where: 'npm run contrast, option only',
    expected: `some of ${METHODS.map(({ name }) => name).join(',')}`,
    received: unknown.join(','),
  });
}
