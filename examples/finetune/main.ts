/**
 * `npm run finetune`: what pre-training is worth to a classifier that has few labelled clips.
 *
 * Makes Moving Shapes, pre-trains a video masked autoencoder's encoder once by contrast with captions (or takes `--checkpoint`),
 * and fine-tunes it on some labelled clips; beside it the same model from scratch, on the same clips for as many steps. Prints
 * the accuracy on unseen clips for each seed, and the mean difference with its 95 % interval. Ctrl-C stops it after the step
 * in hand; the same command goes on from there.
 */
import { availableParallelism } from 'node:os';
import { progress, runProgram, Stopped, say } from '@tgm/cli/program';
import { multiViewTest } from '@tgm/eval';
import { chooseIndices, seededRandom } from '@tgm/masking';
import { loadVideoMae, videoMae, videoMaeClassifier } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { clipExamples, type DecodedClip, decodeClips, inOrder } from '@tgm/train';
import { testRecipe, type VideoDataset, videoPool } from '@tgm/video-io';
import { movingShapesSet } from '../start/moving-shapes-set.js';
import { type Command, readCommand, USAGE } from './command-line.js';
import { pretrainOnce } from './pretrain-once.js';
import { resultTable, type SeedResult } from './result-table.js';
import { MODEL, PIXELS } from './settings.js';
import { tune } from './tune.js';

await runProgram(async (signal) => {
  const command = readCommand(process.argv.slice(2));
  if (command === undefined) return say(USAGE);
  try {
    await compare(command, signal);
  } catch (error) {
    if (error instanceof Stopped) say('\nStopped. The same command goes on.');
    throw error;
  }
});

async function compare(command: Command, signal: AbortSignal): Promise<void> {
  const { seeds, labelled, steps, defaults, out } = command;
  const workers = availableParallelism();
  const { data, quick, world } = command;
  const set = await movingShapesSet({ data, quick, seed: world, workers, signal });
  const model = videoMae(MODEL, { pixels: PIXELS, scaledResiduals: true });
  const train = await decoded('training part', set.train, workers, signal);
  const test = await decoded('test part', set.test!, workers, signal);

  const engine = await onnxEngine();
  try {
    const folder =
      command.checkpoint ??
      (await pretrainOnce({ engine, model, clips: train, steps: command.pretrainingSteps, out, signal }));
    const { params: pretrained } = await loadVideoMae(folder);
    const classifier = videoMaeClassifier({ ...MODEL, labels: set.classes! }, { pixels: PIXELS });
    const evaluator = multiViewTest({
      engine,
      model: classifier,
      videos: inOrder(clipExamples(test)),
      batchSize: 50,
    });
    const results: SeedResult[] = [];
    for (const seed of seeds) {
      const clips = someOfEach(train, set.classes!.length, labelled, seed);
      const shared = {
        engine,
        model: classifier,
        pretrained,
        defaults,
        clips,
        steps,
        seed,
        evaluator,
        out,
        signal,
      };
      results.push({
        seed,
        tuned: {
          pretrained: await tune({ ...shared, beginning: 'pretrained' }),
          scratch: await tune({ ...shared, beginning: 'scratch' }),
        },
      });
    }
    say(`\n${resultTable(results)}`);
  } finally {
    await engine.dispose();
  }
}

/** One clip of each video. */
async function decoded(
  part: string,
  dataset: VideoDataset,
  workers: number,
  signal: AbortSignal,
): Promise<DecodedClip[]> {
  const { numFrames, imageSize } = MODEL;
  const pool = videoPool({ workers });
  const recipe = testRecipe({
    sampling: { kind: 'dense', stride: 2 },
    frameCount: numFrames,
    size: { width: imageSize, height: imageSize },
    clips: 1,
    crops: 1,
  });
  const { grid } = videoMae(MODEL);
  const shown = progress(`decode, ${part}`, dataset.length, 'videos');
  const clips: DecodedClip[] = [];
  try {
    for await (const each of decodeClips({ dataset, pool, recipe, grid, concurrency: 4 * workers, signal })) {
      if ('error' in each) throw each.error;
      clips.push(...each.clips);
      shown.update(clips.length);
    }
  } finally {
    await pool.close();
  }
  signal.throwIfAborted();
  shown.end();
  return clips;
}

/** As many clips of each class, drawn by the seed. */
function someOfEach(
  clips: readonly DecodedClip[],
  classes: number,
  count: number,
  seed: number,
): DecodedClip[] {
  const random = seededRandom('labelled', seed);
  return Array.from({ length: classes }, (_, label) =>
    clips.filter(({ sample }) => sample.label === label),
  ).flatMap((own) =>
    [...chooseIndices(Math.min(count, own.length), own.length, random)].map((at) => own[at]!),
  );
}
