/**
 * `npm start`: from captioned videos to a measured representation.
 *
 * Makes Moving Shapes (or opens your videos), scores patches against captions with the tiny CLIP, pre-trains three
 * video masked autoencoders that differ in what they hide, measures them, and writes `runs/<time>/report.html`.
 */
import { resolve } from 'node:path';
import { parseCommandLine, USAGE } from './command-line.js';
import { explain } from './explain.js';
import { runPipeline } from './pipeline.js';
import { createRun, openRun } from './run-folder.js';

const RUNS = resolve(import.meta.dirname, '../../runs');

const stop = new AbortController();
process.on('SIGINT', () => {
  if (stop.signal.aborted) process.exit(130);
  console.log('\nStopping after the step in hand; press Ctrl-C again to stop at once.');
  stop.abort();
});

try {
  const command = parseCommandLine(process.argv.slice(2));
  if (command === undefined) {
    console.log(USAGE);
  } else {
    const run = command.resume
      ? await openRun(command.resume)
      : await createRun(command.out ?? RUNS, command, new Date());
    const finished = await runPipeline(run, stop.signal).catch((error: unknown) => {
      // A stage that an abort cuts short rejects with the abort's reason.
      if (error === stop.signal.reason) return false;
      throw error;
    });
    if (!finished) {
      console.log(`\nStopped. Go on with: npm start -- --resume ${run.path}`);
      process.exitCode = 130;
    }
  }
} catch (error) {
  console.error(`\n${explain(error)}`);
  process.exitCode = 1;
}
