/**
 * Makes the moving-shapes data set as H.264 files with manifests.
 *
 *   npx tsx examples/moving-shapes/main.ts --out data/moving-shapes --train 2000 --test 500
 *
 * Prints the clips made, the speed and the seconds left while it works, and the manifests at the end.
 * Ctrl-C stops it; the same command goes on from there.
 */

import { readCommandLine, runProgram, say } from '@tgm/cli/program';
import { oneOf, optional, text, wholeNumber } from '@tgm/options';
import { LEVEL_NAMES, LEVELS, makeMovingShapes, manifestPath } from './index.js';

const USAGE = `npx tsx examples/moving-shapes/main.ts

  --out <folder>   default data/moving-shapes
  --train <n>      clips to train on; default 2000
  --test <n>       clips to test on; default 500
  --seed <n>       default 0
  --level <name>   ${LEVEL_NAMES.join(', ')}; default actions
  --workers <n>    threads; default 2
  --help`;

await runProgram(async (signal) => {
  const options = readCommandLine(
    {
      program: 'moving-shapes',
      fields: {
        out: optional(text(), 'data/moving-shapes'),
        train: optional(wholeNumber({ from: 0 }), 2000),
        test: optional(wholeNumber({ from: 0 }), 500),
        seed: optional(wholeNumber(), 0),
        level: optional(oneOf(LEVEL_NAMES), 'actions'),
        workers: optional(wholeNumber({ from: 1 }), 2),
      },
    },
    process.argv.slice(2),
  );
  if (options === undefined) return say(USAGE);
  const { out, level, ...counts } = options;
  const { made, damaged } = await makeMovingShapes({
    folder: out,
    ...counts,
    level: LEVELS[level],
    signal,
    onProgress: ({ done, total, clipsPerSecond, secondsLeft }) => {
      if (done % 100 !== 0 && done !== total) return;
      say(`${done}/${total} clips  ${clipsPerSecond.toFixed(0)} clips/s  ${secondsLeft.toFixed(0)} s left`);
    },
  });
  const state = made ? 'made' : 'already there';
  const again = damaged > 0 ? ` (${damaged} damaged files again)` : '';
  say(`${state}${again} ${manifestPath(out, 'train')} ${manifestPath(out, 'test')}`);
});
