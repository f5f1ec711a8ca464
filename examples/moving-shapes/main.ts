/**
 * Makes the moving-shapes data set as H.264 files with manifests.
 *
 *   npx tsx examples/moving-shapes/main.ts --out data/moving-shapes --train 2000 --test 500
 *
 * Prints the clips made, the speed and the seconds left while it works, and the manifests at the end.
 * Ctrl-C stops it; the same command goes on from there.
 */
import { parseArgs } from 'node:util';
import { makeMovingShapes, manifestPath } from './index.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'data/moving-shapes' },
    train: { type: 'string', default: '2000' },
    test: { type: 'string', default: '500' },
    seed: { type: 'string', default: '0' },
    workers: { type: 'string', default: '2' },
  },
});

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('stopped; run the same command to go on')));

try {
  const { made } = await makeMovingShapes({
    folder: values.out,
    train: Number(values.train),
    test: Number(values.test),
    seed: Number(values.seed),
    workers: Number(values.workers),
    signal: stop.signal,
    onProgress: ({ done, total, clipsPerSecond, secondsLeft }) => {
      if (done % 100 !== 0 && done !== total) return;
      console.log(
        `${done}/${total} clips  ${clipsPerSecond.toFixed(0)} clips/s  ${secondsLeft.toFixed(0)} s left`,
      );
    },
  });
  console.log(
    made ? 'made' : 'already there',
    manifestPath(values.out, 'train'),
    manifestPath(values.out, 'test'),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
