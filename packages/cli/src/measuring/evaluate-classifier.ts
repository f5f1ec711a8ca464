import * as tf from '@tensorflow/tfjs';
import type { Outcome } from '@tgm/eval';
import { loadVideoMaeClassifier } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { Collective, LeftOutSample } from '@tgm/train';
import { type OpenedDataset, videoPool } from '@tgm/video-io';
import { requireLabels } from '../data/require-labels.js';
import { withClasses } from '../data/with-classes.js';
import { progress } from '../program/progress.js';
import { ownCores } from '../ranks/own-cores.js';
import type { ModelFolder } from './model-folder.js';
import { samplesById } from './samples-by-id.js';
import { viewScores } from './view-scores.js';
import { recipeOf, type Views } from './views.js';

export interface ClassifierWork {
  readonly test: Views;
  /** Views of one pass. */
  readonly batchSize: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly collective: Collective;
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

/** Tests a classifier on several views of each video. @throws CliError as `withClasses` and `requireLabels`; EvaluationError and the signal's reason as `viewScores`. */
export async function evaluateClassifier(
  folder: ModelFolder,
  dataset: OpenedDataset,
  { test, batchSize, threads, signal, collective }: ClassifierWork,
): Promise<ClassifiedVideos> {
  const engine = await onnxEngine({ threads: await ownCores(collective) });
  const pool = videoPool({ workers: threads });
  try {
    const { model, params } = await loadVideoMaeClassifier(folder.path);
    const own = withClasses(dataset, model.config.labels);
    await requireLabels(own, own.classes!, 'Of a folder with a folder for each class: --classes folders.');
    const recipe = recipeOf(model.config, test);
    const shown = progress('videos', own.length, 'videos', 0, process.stderr);
    const { scores, leftOut } = await viewScores({
      engine,
      pool,
      model,
      params,
      dataset: own,
      recipe,
      batchSize,
      signal,
      collective,
      onProgress: (done) => shown.update(Math.min(own.length, done * collective.size)),
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
