import * as tf from '@tensorflow/tfjs';
import { featureScores, representation } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import type { VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { CaptionedClip } from '@tgm/train';
import { MODEL_FREE, type ModelFree } from '../moving-shapes/model-free.js';
import { oneLabel } from './one-label.js';
import type { ArmResult } from './pretrain-arm.js';
import { paramsOf } from './weights.js';

/** Percentages and ranks by name. */
export type Numbers = Readonly<Record<string, number>>;

/** What is measured: features that need no model, the encoder before training, or a trained one. */
export type Encoder = ModelFree | 'untrained' | Pick<ArmResult, 'weights'>;

export interface ScorerOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly train: readonly CaptionedClip[];
  readonly test: readonly CaptionedClip[];
  readonly classes: number;
  /** Ids of the test videos in named parts of the test set. */
  readonly subsets: Readonly<Record<string, ReadonlySet<string>>>;
  /** What the captions of a test video say, by its id; absent: their first caption. */
  readonly meanings?: ReadonlyMap<string, string>;
  readonly seed: number;
}

const CLIPS_PER_PASS = 32;

/** Measures encoders one at a time on unmasked test clips. */
export function scorer(options: ScorerOptions): (encoder: Encoder) => Promise<Numbers> {
  const { engine, model, train, test, classes, seed } = options;
  const subsets = Object.fromEntries(
    Object.entries(options.subsets).map(([name, ids]) => [name, test.map((clip) => ids.has(clip.sample.id))]),
  );
  const labelled = (clips: readonly CaptionedClip[]) => ({
    clips: clips.map((clip) => clip.frames),
    labels: clips.map((clip) => oneLabel(clip.sample)!),
  });
  const [trainSet, testSet] = [labelled(train), labelled(test)];
  const evaluator = representation({
    engine,
    model,
    train: trainSet,
    test: testSet,
    classes,
    batchSize: CLIPS_PER_PASS,
    seed,
    subsets,
    captions: captionSet(test, options.meanings),
  });
  return async (encoder) => {
    if (typeof encoder === 'string' && encoder !== 'untrained') {
      const features = MODEL_FREE[encoder];
      return featureScores({
        engine,
        classes,
        seed,
        subsets,
        train: features(trainSet.clips),
        trainLabels: trainSet.labels,
        test: features(testSet.clips),
        testLabels: testSet.labels,
      });
    }
    const params =
      encoder === 'untrained' ? model.init(seededRandom(seed, 'init')) : paramsOf(encoder.weights);
    const numbers = await evaluator.evaluate(params);
    tf.dispose(params as tf.NamedTensorMap);
    return numbers;
  };
}

/** The first caption of each test clip; retrieval looks for its clip among all, and takes any clip of the same meaning. */
function captionSet(test: readonly CaptionedClip[], meanings: ScorerOptions['meanings']) {
  const first = test.map((clip) => clip.captions[0]!);
  const width = first[0]!.embedding.length;
  const values = new Float32Array(first.length * width);
  first.forEach(({ embedding }, row) => {
    values.set(embedding, row * width);
  });
  const groups = test.map(({ sample }, row) => meanings?.get(sample.id) ?? first[row]!.caption);
  return { embeddings: { values, count: first.length, width }, groups };
}
