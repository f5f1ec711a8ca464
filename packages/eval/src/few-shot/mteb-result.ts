import { listOf, number, objectWith, optional, optionTable, text } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { f1Of } from './f1.js';
import type { FewShotResult } from './few-shot.js';

export interface MtebResultOptions {
  /** What `fewShot` gives. */
  readonly result: FewShotResult;
  /** The task's name in mteb. */
  readonly taskName: string;
  /** The commit of the task's data set. */
  readonly datasetRevision: string;
  /** Which part of the data set was tested; `test` by default. */
  readonly split?: string;
  /** ISO 639-3 language and ISO 15924 script; `["eng-Latn"]` by default. */
  readonly languages?: readonly string[];
  /** Seconds that the evaluation took, from 0. */
  readonly seconds?: number;
}

/** Shares, 0 to 1. */
export interface MtebScores {
  readonly accuracy: number;
  readonly f1: number;
  readonly f1_weighted: number;
}

/** A file of mteb's results, one task. */
export interface MtebResult {
  readonly dataset_revision: string;
  readonly task_name: string;
  /** None: these scores were computed by another program. */
  readonly mteb_version: null;
  readonly scores: Readonly<
    Record<
      string,
      readonly (MtebScores & {
        readonly scores_per_experiment: readonly MtebScores[];
        readonly main_score: number;
        readonly hf_subset: string;
        readonly languages: readonly string[];
      })[]
    >
  >;
  readonly evaluation_time: number | null;
  readonly kg_co2_emissions: null;
}

const OPTIONS = optionTable(
  'mtebResult',
  {
    result: objectWith<FewShotResult>('what fewShot() gives', ['draws', 'outcome']),
    taskName: text(),
    datasetRevision: text(),
    split: optional(text(), 'test'),
    languages: optional(listOf(text(), { from: 1 }), ['eng-Latn']),
    seconds: optional(number({ from: 0 })),
  } satisfies Record<keyof MtebResultOptions, unknown>,
  EvaluationError,
);

/**
 * The result of `fewShot` in the form that mteb keeps and its leaderboard reads: `JSON.stringify` of it is the file
 * `<taskName>.json`.
 *
 * @throws EvaluationError `OPTION_INVALID`.
 */
export function mtebResult(options: MtebResultOptions): MtebResult {
  const { result, taskName, datasetRevision, split, languages, seconds } = OPTIONS.check(options);
  const experiments = result.draws.map(({ top1, confusion }) => {
    const { macro, weighted } = f1Of(confusion);
    return { accuracy: top1 / 100, f1: macro, f1_weighted: weighted };
  });
  const mean = (name: keyof MtebScores) =>
    experiments.reduce((sum, scores) => sum + scores[name], 0) / experiments.length;
  const accuracy = mean('accuracy');
  return {
    dataset_revision: datasetRevision,
    task_name: taskName,
    mteb_version: null,
    scores: {
      [split]: [
        {
          accuracy,
          f1: mean('f1'),
          f1_weighted: mean('f1_weighted'),
          scores_per_experiment: experiments,
          main_score: accuracy,
          hf_subset: 'default',
          languages,
        },
      ],
    },
    evaluation_time: seconds ?? null,
    kg_co2_emissions: null,
  };
}
