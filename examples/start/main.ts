/**
 * `npm start`: from captioned videos to a measured representation.
 *
 * Makes Moving Shapes (or opens your videos), scores patches against captions with the tiny CLIP, pre-trains three
 * video masked autoencoders that differ in what they hide and a fourth by reconstruction alone, measures them, and writes
 * `runs/<time>/report.html`.
 */
import { runProgram, Stopped, say } from '@tgm/cli/program';
import { checkSameOptions, type Request, readRequest, USAGE } from './command-line.js';
import { runPipeline } from './pipeline.js';
import { createRun, openRun, type RunFolder, removeUnbegun } from './run-folder.js';

await runProgram(async (signal) => {
  const request = readRequest(process.argv.slice(2));
  if (request.kind === 'help') return say(USAGE);
  const run = await runOf(request);
  try {
    await runPipeline(run, signal);
  } catch (error) {
    if (error instanceof Stopped) say(`\nStopped. Go on with: npm start -- --resume ${run.path}`);
    else if (request.kind === 'new') await removeUnbegun(run);
    throw error;
  }
});

async function runOf(request: Exclude<Request, { kind: 'help' }>): Promise<RunFolder> {
  if (request.kind === 'new') return createRun(request.command.out, request.command, new Date());
  const run = await openRun(request.folder);
  checkSameOptions(run.command, request.given);
  return run;
}
