/**
 * Measures what the pixels alone and a colour histogram tell of the action on each level of Moving Shapes, with a linear probe.
 *
 *   npx tsx examples/level-studies/levels-main.ts --train 600 --test 300
 *
 * With the checkpoint of an encoder of the demo, also what that one and an untrained one tell.
 *
 * Prints a line for each level: its classes, chance, and percentages of test clips named right; of clips in pairs also the pairs
 * of which both are right. The clips are kept; Ctrl-C stops it, and the same command goes on from there.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readCommandLine, runProgram, say } from '@tgm/cli/program';
import { seededRandom } from '@tgm/masking';
import { loadVideoMae } from '@tgm/models';
import { oneOf, optional, text, wholeNumber } from '@tgm/options';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoPool } from '@tgm/video-io';
import { LEVEL_NAMES, LEVELS, type Level, type LevelName } from '../moving-shapes/index.js';
import { demoModel } from '../start/demo-model.js';
import { type LevelFigures, measureLevel, type TrainedEncoder } from './measure-level.js';

const USAGE = `npx tsx examples/level-studies/levels-main.ts

  --only <level>   one of ${LEVEL_NAMES.join(', ')}; default all
  --train <n>      clips to fit the probe on; default 600
  --test <n>       clips to test it on; default 300
  --seed <n>       default 0
  --encoder <run>  a checkpoint of the demo, e.g. runs/<time>/random/step-00000320
  --data <folder>  where clips are made; default data
  --help`;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'levels',
      fields: {
        only: optional(oneOf(LEVEL_NAMES)),
        train: optional(wholeNumber({ from: 20 }), 600),
        test: optional(wholeNumber({ from: 1 }), 300),
        seed: optional(wholeNumber(), 0),
        encoder: optional(text()),
        data: optional(text(), 'data'),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { only, train, test, seed, encoder, data } = options;
  const workers = availableParallelism();
  const pool = videoPool({ workers });
  const engine = await onnxEngine({ threads: workers });
  try {
    const encoders = encoder === undefined ? {} : await besideUntrained(encoder, seed);
    for (const name of only ? [only] : LEVEL_NAMES.filter(hasItsOwnPixels)) {
      const folder = join(data, `level-${name}-${train}-${test}-${seed}`);
      const level: Level = LEVELS[name];
      const figures = await measureLevel({
        ...{ folder, level, train, test, seed, pool, engine, encoders, signal },
      });
      const classes = level.actions.length;
      const told = Object.entries(figures).map(([feature, figure]) => `${feature} ${figuresText(figure)}`);
      say(`${name}: ${classes} classes, chance ${(100 / classes).toFixed(1)}; ${told.join(', ')}`);
    }
  } finally {
    await engine.dispose();
    await pool.close();
  }
});

/** The encoder of a checkpoint, and the same model before its training. */
async function besideUntrained(
  folder: string,
  seed: number,
): Promise<Readonly<Record<string, TrainedEncoder>>> {
  const trained = await loadVideoMae(folder);
  const untrained = demoModel();
  return {
    untrained: { model: untrained, params: untrained.init(seededRandom(seed, 'init')) },
    encoder: trained,
  };
}

/** `names` differs from `actions` in its captions alone. */
function hasItsOwnPixels(name: LevelName): boolean {
  return name !== 'names';
}

function figuresText({ top1, both }: LevelFigures): string {
  return both === undefined ? top1.toFixed(1) : `${top1.toFixed(1)} (both of a pair ${both.toFixed(1)})`;
}
