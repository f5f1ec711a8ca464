import { type Interval, intervals, type MtebResult, mtebResult, type Outcome } from '@tgm/eval';
import { readClassDescriptions } from '@tgm/models';
import { type Collective, singleProcess } from '@tgm/train';
import type { OpenedDataset } from '@tgm/video-io';
import { isList } from '../data/class-name.js';
import { CliError } from '../program/errors.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { type ClassifiedVideos, evaluateClassifier } from './evaluate-classifier.js';
import { evaluateJoint } from './evaluate-joint.js';
import { type EvaluateOptions, evaluateTable } from './evaluate-section.js';
import { type Architecture, modelFolder } from './model-folder.js';
import { tellDamaged } from './open-model.js';
import { type Views, viewsOf } from './views.js';

/** What a model gets right of some videos. */
export interface Evaluation {
  /** The folder that it was read from. */
  readonly model: string;
  readonly architecture: Architecture;
  /** The data set. */
  readonly data: string;
  readonly test: Views;
  /** Videos that were measured. */
  readonly videos: number;
  /** Videos that cannot be read, and why. */
  readonly leftOut: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  /** Each figure with the interval of 95 % that the choice of the videos leaves; accuracies and recalls in per cent. */
  readonly figures: Readonly<Record<string, Interval>>;
  /** Of a classifier. */
  readonly perClass?: ClassifiedVideos['perClass'];
  readonly predictions?: ClassifiedVideos['predictions'];
  /** Of a model that was trained with captions: who embedded them, and videos without any. */
  readonly teacher?: string;
  readonly withoutCaption?: number;
  /** The zero-shot result in mteb's form, where that was asked for. */
  readonly mteb?: MtebResult;
}

/**
 * Measures a model on videos with labels or captions: a classifier by what it says of several views of each, a model that was pre-trained
 * with captions by retrieval both ways and zero-shot classification. Writes nothing but the features.
 *
 * Several processes share the videos out, features in a folder that all of them see, and take leave of each other (`close`). Of a model that
 * was trained with captions rank 0 alone has figures.
 *
 * @throws CliError `OPTION_INVALID`; `INPUT_INVALID` for a model that is neither, and as `modelFolder`, `evaluateJoint`,
 *   `evaluateClassifier`; EvaluationError as the protocols; the signal's reason.
 */
export async function evaluateModel(
  dataset: OpenedDataset,
  options: EvaluateOptions,
  teacher: TeacherOptions = {},
  signal: AbortSignal = new AbortController().signal,
  collective: Collective = singleProcess(),
): Promise<Evaluation> {
  const checked = evaluateTable.check(options);
  const { features, batchSize, threads, templates, descriptions: path, mteb } = checked;
  const folder = await modelFolder(checked.model);
  tellDamaged(folder);
  const test = await viewsOf(folder, checked.test);
  const about = { model: folder.path, architecture: folder.architecture, data: dataset.name, test };
  if (folder.architecture === 'VideoMAEForVideoClassification') {
    if (mteb) throw noZeroShot(folder.path, 'a classifier');
    const work = { test, batchSize, threads, signal, collective };
    const { outcome, ...found } = await evaluateClassifier(folder, dataset, work);
    await collective.close();
    return { ...about, ...found, figures: intervals(outcome) };
  }
  if (mteb && !isList(dataset.classes)) throw noZeroShot(dataset.name, 'no labels of one kind');
  const descriptions = path === undefined ? undefined : await readClassDescriptions(path);
  const { outcomes, zeroShot, ...found } = await evaluateJoint(
    folder,
    dataset,
    {
      ...{ test, features, batchSize, threads, signal, collective, templates },
      ...(descriptions && { descriptions }),
    },
    teacher,
  );
  if (mteb && !zeroShot && collective.rank === 0) throw noZeroShot(dataset.name, 'no labels of one kind');
  return {
    ...about,
    ...found,
    figures: allIntervals(outcomes),
    ...(mteb && zeroShot && { mteb: mtebResult({ result: zeroShot, ...mteb }) }),
  };
}

function allIntervals(outcomes: Readonly<Record<string, Outcome>>): Record<string, Interval> {
  const named = Object.entries(outcomes).flatMap(([part, outcome]) =>
    Object.entries(intervals(outcome)).map(([figure, interval]) => [`${part}/${figure}`, interval] as const),
  );
  return Object.fromEntries(named);
}

const noZeroShot = (where: string, received: string): CliError =>
  new CliError('OPTION_INVALID', {
    where: `evaluate.mteb, ${where}`,
    expected: 'a zero-shot classification: a model trained with captions, and videos with labels',
    received,
  });
