import { featureScores, pixelBaseline, representation } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import type { ScoreColumn, ScoreRow, ScoreTable } from '../report/report-data.js';
import type { ArmResult } from './pretrain-arm.js';
import type { Progress } from './progress.js';
import { MODEL } from './settings.js';

export interface Trained {
  readonly name: string;
  readonly description: string;
  readonly note: string;
  readonly colour: string;
  readonly result: ArmResult;
}

export interface EvaluateOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly train: readonly CaptionedClip[];
  readonly test: readonly CaptionedClip[];
  readonly classes: number;
  /** Ids of the test videos in named parts of the test set. */
  readonly subsets: Readonly<Record<string, ReadonlySet<string>>>;
  readonly trained: readonly Trained[];
  readonly seed: number;
  readonly progress: Progress;
}

const COLUMNS: readonly ScoreColumn[] = [
  { key: 'probe/top1', label: 'linear probe', better: 'higher' },
  { key: 'probe/still', label: 'probe, still', better: 'higher' },
  { key: 'probe/moving', label: 'probe, moving', better: 'higher' },
  { key: 'probe/drift', label: 'probe, camera moves', better: 'higher' },
  { key: 'knn/top1', label: 'k-NN', better: 'higher' },
  { key: 'textToVideo/R@1', label: 'text to video R@1', better: 'higher' },
  { key: 'textToVideo/R@5', label: 'R@5', better: 'higher' },
  { key: 'textToVideo/R@10', label: 'R@10', better: 'higher' },
  { key: 'textToVideo/medianRank', label: 'median rank', better: 'lower' },
];

const CLIPS_PER_PASS = 32;

/** Row that the others are compared with. */
export const UNTRAINED = 'untrained';

/** Measures every trained model on unmasked test clips, beside the untrained encoder and the pixels alone. */
export async function evaluate(options: EvaluateOptions): Promise<ScoreTable> {
  const { engine, model, train, test, classes, seed, trained } = options;
  const subsets = Object.fromEntries(
    Object.entries(options.subsets).map(([name, ids]) => [name, test.map((clip) => ids.has(clip.sample.id))]),
  );
  const labelled = (clips: readonly CaptionedClip[]) => ({
    clips: clips.map((clip) => clip.frames),
    labels: clips.map((clip) => clip.sample.label!),
  });
  const trainSet = labelled(train);
  const testSet = labelled(test);
  const evaluator = representation({
    engine,
    train: trainSet,
    test: testSet,
    classes,
    batchSize: CLIPS_PER_PASS,
    seed,
    subsets,
    captions: captionSet(test),
  });
  const rows: ScoreRow[] = [];
  const add = async (row: Omit<ScoreRow, 'numbers'>, numbers: Promise<Readonly<Record<string, number>>>) => {
    rows.push({ ...row, numbers: await numbers });
    options.progress.update(rows.length, row.name);
  };
  const size = { frames: MODEL.numFrames, height: MODEL.imageSize, width: MODEL.imageSize };
  await add(
    { name: 'pixels only', note: '4 x 8 x 8 mean colours, no model' },
    featureScores({
      engine,
      classes,
      seed,
      subsets,
      train: pixelBaseline(trainSet.clips, size),
      trainLabels: trainSet.labels,
      test: pixelBaseline(testSet.clips, size),
      testLabels: testSet.labels,
    }),
  );
  const untrained = model.init(seededRandom(seed, 'init'));
  await add(
    { name: UNTRAINED, note: 'the encoder before training' },
    evaluator.evaluate(model, untrained, {}),
  );
  disposeParams(untrained);
  for (const { name, note, colour, result } of trained) {
    await add({ name, note, colour }, evaluator.evaluate(model, result.params, result.lossParams));
  }
  const present = COLUMNS.filter(({ key }) => rows.some((row) => row.numbers[key] !== undefined));
  return { columns: present, rows, compareWith: UNTRAINED };
}

/** The first caption of each test clip; retrieval looks for its clip among all. */
function captionSet(test: readonly CaptionedClip[]) {
  const first = test.map((clip) => clip.captions[0]!);
  const width = first[0]!.embedding.length;
  const values = new Float32Array(first.length * width);
  first.forEach(({ embedding }, row) => {
    values.set(embedding, row * width);
  });
  const numberOf = new Map<string, number>();
  const groups = first.map(({ caption }, row) => {
    if (!numberOf.has(caption)) numberOf.set(caption, row);
    return numberOf.get(caption)!;
  });
  return { embeddings: { values, count: first.length, width }, groups };
}

function disposeParams(params: Params): void {
  for (const value of Object.values(params)) value.dispose();
}
