import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { progress, say } from '@tgm/cli/program';
import { type ScoreTable, writePage } from '@tgm/report';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import { stepsOf } from './arm-steps.js';
import { armThreads } from './arm-threads.js';
import { arms, COMPARED } from './arms.js';
import { errorsText } from './completion-errors.js';
import { consoleTable } from './console-table.js';
import { prepareData } from './data.js';
import { demoModel } from './demo-model.js';
import { evaluate, measuredEncoders, type Trained } from './evaluate.js';
import { namedObjectTable } from './named-object.js';
import { pictures } from './pictures.js';
import { armTraining, pretrainAll, tiledRunTraining } from './pretrain-all.js';
import type { ArmResult } from './pretrain-arm.js';
import { TILED_RUN } from './pretrain-tiled.js';
import { reportData } from './report.js';
import type { RunFolder } from './run-folder.js';
import { QUICK_STEPS, TILED, TRAINING } from './settings.js';
import { stages } from './stages.js';
import { tiledClips } from './tiled-clips.js';
import { tiledStudy } from './tiled-study.js';

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
  const tiled = command.videos
    ? undefined
    : await timed.run('Make clips on a ground of tiles', () => tiledClips(command, signal));
  const tiledSteps = command.steps ?? (command.quick ? QUICK_STEPS : TILED.steps);
  const trainings = [
    ...compared.map((arm) => armTraining(arm, steps)),
    ...(tiled ? [tiledRunTraining(tiledSteps)] : []),
  ];
  const threads = armThreads({
    ...{ run: run.path, data, steps, runs: trainings.length, signal },
    ...(tiled ? { tiled: tiled.train } : {}),
  });
  let trained: Trained[] = [];
  let alone: ArmResult | undefined;
  let scores: ScoreTable | undefined;
  try {
    const last = tiled ? 'by contrast alone, and by reconstruction alone' : 'and by contrast alone';
    say(`   npx tgm watch ${shown(run.path)} shows the runs as they stand`);
    const results = await timed.run(`Pre-train with random masks, with text masks, ${last}`, () =>
      pretrainAll(threads, trainings, run),
    );
    trained = compared.map((arm, index) => ({ ...arm, result: results[index]! }));
    alone = results[compared.length];
    if (test) {
      scores = await timed.run('Evaluate on unmasked test clips', async () => {
        const shown = progress('probe, k-NN, retrieval', measuredEncoders(trained), 'encoders');
        const table = await evaluate(threads, trained, shown);
        shown.end();
        return table;
      });
    }
  } finally {
    await threads.close();
  }

  const { report, errors } = await timed.run('Write the report', async () => {
    const engine = await onnxEngine({ threads: availableParallelism() });
    const drawing = { engine, model: demoModel(), ...command };
    try {
      const clips = await pictures({ ...drawing, clips: pictured(test ?? train), trained, set });
      const names = trainings.map(({ name }) => name);
      const all = await stepsOf(run, names);
      const completed =
        tiled && alone && (await tiledStudy({ ...drawing, clips: tiled.test, result: alone, steps: all }));
      const namedObject = test && namedObjectTable(test, set, command.ratio, command.seed);
      const told = { trained, scores, namedObject, completed: completed?.study, clips, skipped };
      const data = reportData({ run, set, steps, armSteps: all, stages: timed.all, ...told });
      return { report: await writePage(join(run.path, 'report.html'), data), errors: completed?.errors };
    } finally {
      await engine.dispose();
    }
  });
  await run.log('finished', { report, scores, errors });

  if (scores) say(`\n${consoleTable(scores)}\n`);
  else if (set.note) say(`\n${set.note}`);
  if (errors) say(`reconstruction alone, ${errorsText(errors)}\n`);
  const checkpoints = [...trained, ...(alone ? [{ name: TILED_RUN.name, result: alone }] : [])];
  for (const { name, result } of checkpoints) say(`checkpoint, ${name}: ${shown(result.checkpoint)}`);
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
