import { listOf, number, optional, optionTable, passing, text } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { isMeasured, type MtebMeasured, type MtebScores, mtebScores } from './mteb-scores.js';

export interface MtebResultOptions {
  /** What `fewShot`, `clustering` or `zeroShot` gives. */
  readonly result: MtebMeasured;
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
    result: passing('what fewShot(), clustering() or zeroShot() gives', isMeasured),
    taskName: text(),
    datasetRevision: text(),
    split: optional(text(), 'test'),
    languages: optional(listOf(text(), { from: 1 }), ['eng-Latn']),
    seconds: optional(number({ from: 0 })),
  } satisfies Record<keyof MtebResultOptions, unknown>,
  EvaluationError,
);

/**
 * A result in the form that mteb keeps and its leaderboard reads: `JSON.stringify` of it is the file `<taskName>.json`. A result with
 * draws is that of a classification task, one with a V-measure that of a clustering, another one that of a zero-shot classification.
 *
 * @throws EvaluationError `OPTION_INVALID`.
 */
export function mtebResult(options: MtebResultOptions): MtebResult {
  const { result, taskName, datasetRevision, split, languages, seconds } = OPTIONS.check(options);
  return {
    dataset_revision: datasetRevision,
    task_name: taskName,
    mteb_version: null,
    scores: { [split]: [{ ...mtebScores(result), hf_subset: 'default', languages }] },
    evaluation_time: seconds ?? null,
    kg_co2_emissions: null,
  };
}
