import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { clipPatchTextEncoder, loadClip } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import { videoPool } from '@tgm/video-io';
import type { ClipReport, ScoreTable } from '../report/report-data.js';
import { writeReport } from '../report/write-report.js';
import { armThreads } from './arm-threads.js';
import { arms } from './arms.js';
import { consoleTable } from './console-table.js';
import { demoModel } from './demo-model.js';
import { evaluate, type Trained } from './evaluate.js';
import { movingShapesSet } from './moving-shapes-set.js';
import { ownVideosSet } from './own-videos-set.js';
import { pictures } from './pictures.js';
import { decodeSet, scoreSet } from './prepare.js';
import { pretrainAll } from './pretrain-all.js';
import { progress } from './progress.js';
import { reportData } from './report.js';
import type { RunFolder } from './run-folder.js';
import { QUICK_STEPS, TRAINING } from './settings.js';
import { type Stages, stages } from './stages.js';

const ROOT = resolve(import.meta.dirname, '../..');
const TINY_CLIP = join(ROOT, 'examples/models/tiny-clip');
const COLOURS = { random: '#4878a8', motion: '#c8781e', text: '#3c8c50' } as const;
const PICTURED_CLIPS = 6;

/** Everything that `npm start` does. @returns false when it was stopped before its end; `--resume` goes on. */
export async function runPipeline(run: RunFolder, signal: AbortSignal): Promise<boolean> {
  const { command } = run;
  const workers = availableParallelism();
  const timed: Stages = stages();
  const set = await timed.run(command.videos ? 'Open the videos' : 'Make Moving Shapes', () =>
    command.videos
      ? ownVideosSet(command.videos, command)
      : movingShapesSet({
          folder: join(ROOT, 'data'),
          quick: command.quick,
          seed: command.seed,
          workers,
          signal,
        }),
  );
  const engine = await onnxEngine({ threads: workers });
  const model = demoModel();
  const pool = videoPool({ workers });
  const preparing = { run, pool, workers, grid: model.grid, set, signal };
  const decoded = await timed.run('Decode pixels and motion vectors', async () => {
    const train = await decodeSet(preparing, set.train, 'train');
    const test = set.test ? await decodeSet(preparing, set.test, 'test') : undefined;
    await pool.close();
    return { train, test };
  });
  if (signal.aborted) return false;

  const clip = await loadClip(TINY_CLIP);
  const encoder = clipPatchTextEncoder({ ...clip, engine, variant: 'value' });
  const scored = await timed.run('Score patches against the captions', async () => ({
    train: await scoreSet(encoder, decoded.train.clips, model.grid, signal),
    test: decoded.test && (await scoreSet(encoder, decoded.test.clips, model.grid, signal)),
  }));
  if (signal.aborted) return false;

  const steps = command.steps ?? (command.quick ? QUICK_STEPS : TRAINING.steps);
  const compared = arms(command.ratio);
  const { test } = scored;
  const threads = armThreads({
    run: run.path,
    runs: compared.length,
    steps,
    train: scored.train,
    ...(test ? { test } : {}),
    classes: set.classes?.length ?? 0,
    subsets: set.subsets ?? {},
    signal,
  });
  const trained: Trained[] = [];
  let scores: ScoreTable | undefined;
  try {
    const results = await timed.run('Pre-train with random, motion and text masks, side by side', () =>
      pretrainAll(threads, compared, steps, run),
    );
    for (const [index, arm] of compared.entries()) {
      const result = results[index];
      if (!result?.completed) return false;
      trained.push({ ...arm, colour: COLOURS[arm.name], result });
    }
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
    const shown: ClipReport[] = await pictures({
      engine,
      model,
      clips: pictured(test ?? scored.train),
      trained,
      set,
      ratio: command.ratio,
      seed: command.seed,
    });
    const skipped = [...decoded.train.skipped, ...(decoded.test?.skipped ?? [])];
    const data = await reportData({
      run,
      set,
      steps,
      stages: timed.all,
      trained,
      scores,
      clips: shown,
      skipped,
    });
    return writeReport(run.path, data);
  });
  await run.log('finished', { report, scores });

  if (scores) console.log(`\n${consoleTable(scores)}\n`);
  else if (set.note) console.log(`\n${set.note}`);
  for (const { name, result } of trained)
    console.log(`checkpoint, ${name} masks: ${shown(result.checkpoint)}`);
  console.log(`report: ${shown(report)}`);
  await engine.dispose();
  return true;
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
