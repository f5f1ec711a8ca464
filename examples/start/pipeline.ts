import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import { say } from '../program/say.js';
import type { ScoreTable } from '../report/report-data.js';
import { writeReport } from '../report/write-report.js';
import { armThreads } from './arm-threads.js';
import { arms, COMPARED } from './arms.js';
import { consoleTable } from './console-table.js';
import { prepareData } from './data.js';
import { demoModel } from './demo-model.js';
import { evaluate, type Trained } from './evaluate.js';
import { namedObjectTable } from './named-object.js';
import { pictures } from './pictures.js';
import { pretrainAll } from './pretrain-all.js';
import { progress } from './progress.js';
import { reportData } from './report.js';
import type { RunFolder } from './run-folder.js';
import { QUICK_STEPS, TRAINING } from './settings.js';
import { stages } from './stages.js';

const PICTURED_CLIPS = 6;

/** Everything that `npm start` does. Rejects with the signal's reason when it was stopped; `--resume` goes on. */
export async function runPipeline(run: RunFolder, signal: AbortSignal): Promise<void> {
  const { command } = run;
  const [finished] = await run.rows('finished');
  if (finished && existsSync(finished.report as string)) {
    return say(`finished already; report: ${shown(finished.report as string)}`);
  }
  const timed = stages();
  const data = await prepareData(run, timed, signal);
  const { set, train, test, skipped } = data;
  const steps = command.steps ?? (command.quick ? QUICK_STEPS : TRAINING.steps);
  const compared = arms(command.ratio).filter(({ name }) => COMPARED.includes(name));
  const threads = armThreads({ run: run.path, data, steps, runs: compared.length, signal });
  let trained: Trained[] = [];
  let scores: ScoreTable | undefined;
  try {
    const results = await timed.run(
      'Pre-train with random masks, with text masks, and by contrast alone',
      () => pretrainAll(threads, compared, steps, run),
    );
    trained = compared.map((arm, index) => ({ ...arm, result: results[index]! }));
    if (test) {
      scores = await timed.run('Evaluate on unmasked test clips', async () => {
        const shown = progress('probe, k-NN, retrieval', trained.length + 2, 'encoders');
        const table = await evaluate(threads, trained, shown);
        shown.end();
        return table;
      });
    }
  } finally {
    await threads.close();
  }

  const report = await timed.run('Write the report', async () => {
    const engine = await onnxEngine({ threads: availableParallelism() });
    const clips = pictured(test ?? train);
    const options = { engine, model: demoModel(), clips, trained, set, ...command };
    const shown = await pictures(options).finally(() => engine.dispose());
    const namedObject = test && namedObjectTable(test, set, command.ratio, command.seed);
    const parts = { run, set, steps, stages: timed.all, trained, scores, namedObject, clips: shown, skipped };
    return writeReport(run.path, await reportData(parts));
  });
  await run.log('finished', { report, scores });

  if (scores) say(`\n${consoleTable(scores)}\n`);
  else if (set.note) say(`\n${set.note}`);
  for (const { name, result } of trained) say(`checkpoint, ${name}: ${shown(result.checkpoint)}`);
  say(`report: ${shown(report)}`);
}

const shown = (path: string): string => relative(process.cwd(), path) || path;

/** Clips spread over the whole list, each from another video. */
function pictured(clips: readonly CaptionedClip[]): CaptionedClip[] {
  const first = clips.filter(
    (clip, index) => clips.findIndex((other) => other.sample.id === clip.sample.id) === index,
  );
  const step = Math.max(1, Math.floor(first.length / PICTURED_CLIPS));
  return first.filter((_, index) => index % step === 0).slice(0, PICTURED_CLIPS);
}
