import * as tf from '@tensorflow/tfjs';
import { multiViewScores, type Outcome } from '@tgm/eval';
import { loadVideoMaeClassifier } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { inOrder, type LeftOutSample, videoExamples } from '@tgm/train';
import { type OpenedDataset, videoPool } from '@tgm/video-io';
import { withClasses } from '../data/with-classes.js';
import { progress } from '../program/progress.js';
import type { ModelFolder } from './model-folder.js';
import { samplesById } from './samples-by-id.js';
import { recipeOf, type Views } from './views.js';

export interface ClassifierWork {
  readonly test: Views;
  /** Views of one pass. */
  readonly batchSize: number;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** What a classifier says of a video, in each kind of label; of a single kind that is `class`. */
export interface ToldClass {
  /** The class that it has. */
  readonly label: string;
  /** The five likeliest classes, with their probabilities. */
  readonly best: readonly { readonly label: string; readonly probability: number }[];
}

export interface ClassifiedVideos {
  readonly outcome: Outcome;
  /** Top-1 of each class that has videos, in per cent, by the kind of label. */
  readonly perClass: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly videos: number;
  readonly leftOut: readonly LeftOutSample[];
  readonly predictions: readonly {
    readonly id: string;
    readonly told: Readonly<Record<string, ToldClass>>;
  }[];
}

/** Tests a classifier on several views of each video. @throws CliError as `withClasses`; EvaluationError as `multiViewScores`; the signal's reason. */
export async function evaluateClassifier(
  folder: ModelFolder,
  dataset: OpenedDataset,
  { test, batchSize, threads, signal }: ClassifierWork,
): Promise<ClassifiedVideos> {
  const engine = await onnxEngine();
  const pool = videoPool({ workers: threads });
  try {
    const { model, params } = await loadVideoMaeClassifier(folder.path);
    const own = withClasses(dataset, model.config.labels);
    const recipe = recipeOf(model.config, test);
    const leftOut: LeftOutSample[] = [];
    const examples = inOrder(videoExamples({ dataset: own, pool, recipe, views: recipe.clips }), {
      onLeftOut: (sample) => leftOut.push(sample),
    });
    const shown = progress('videos', examples.length, 'videos', 0, process.stderr);
    const videos = {
      length: examples.length,
      async *[Symbol.asyncIterator]() {
        for await (const example of examples) {
          signal.throwIfAborted();
          yield example;
        }
      },
    };
    const scores = await multiViewScores({
      engine,
      model,
      params,
      videos,
      batchSize,
      onProgress: (done) => shown.update(done),
    }).finally(() => {
      shown.end(signal.aborted ? 'stopped' : '');
      tf.dispose(params);
    });
    const samples = await samplesById(own);
    const { groups } = model;
    const kindOf = (name: string): string => (groups.length === 1 ? 'class' : name);
    const perClass = groups.map(({ name, labels: names }) => {
      const top1 = scores.groups[name]!.perClass;
      const measured = names.flatMap((label, at) => (Number.isNaN(top1[at]!) ? [] : [[label, top1[at]!]]));
      return [kindOf(name), Object.fromEntries(measured)];
    });
    return {
      outcome: scores.outcome,
      perClass: Object.fromEntries(perClass),
      videos: scores.videos,
      leftOut,
      predictions: scores.predictions.map(({ id, probabilities }) => {
        const told = groups.map(({ name, labels: names }, at) => {
          const label = samples.get(id)!.label!;
          const number = typeof label === 'number' ? label : label[name]!;
          return [kindOf(name), { label: names[number]!, best: bestOf(probabilities[at]!, names) }];
        });
        return { id, told: Object.fromEntries(told) };
      }),
    };
  } finally {
    await pool.close();
    await engine.dispose();
  }
}

const BEST = 5;

const bestOf = (probabilities: Float64Array, names: readonly string[]): ToldClass['best'] =>
  Array.from(probabilities, (probability, at) => ({ label: names[at]!, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, BEST);
