import type { ClusteringResult } from '../clustering/clustering.js';
import { f1Of } from '../few-shot/f1.js';
import type { FewShotResult } from '../few-shot/few-shot.js';
import type { ZeroShotResult } from '../zero-shot/zero-shot.js';

/** Results that mteb has a kind of task for: classification, clustering and zero-shot classification. */
export type MtebMeasured = FewShotResult | ClusteringResult | ZeroShotResult;

/** Shares, 0 to 1. */
export interface MtebExperiment {
  readonly accuracy: number;
  readonly f1: number;
  readonly f1_weighted: number;
}

/** Shares, 0 to 1, under mteb's names; which of them are there depends on the kind of task. */
export interface MtebScores extends Partial<MtebExperiment> {
  /** The score that a leaderboard shows: `accuracy`, or `v_measure` of a clustering. */
  readonly main_score: number;
  /** Of each draw of `fewShot`. */
  readonly scores_per_experiment?: readonly MtebExperiment[];
  readonly v_measure?: number;
  readonly v_measure_std?: number;
  readonly v_measures?: Readonly<Record<string, readonly number[]>>;
}

/** Whether a value is such a result. Those of other protocols, such as retrieval, have no kind of task here. */
export function isMeasured(value: unknown): value is MtebMeasured {
  if (typeof value !== 'object' || value === null) return false;
  if ('draws' in value) return Array.isArray(value.draws) && value.draws.length > 0;
  return ['vMeasure', 'top1'].some((name) => typeof (value as Record<string, unknown>)[name] === 'number');
}

/** The scores of a result, by what it holds. */
export function mtebScores(result: MtebMeasured): MtebScores {
  if ('draws' in result) return ofFewShot(result);
  if ('vMeasure' in result) return ofClustering(result);
  const accuracy = result.top1 / 100;
  return { accuracy, main_score: accuracy };
}

function ofFewShot({ draws }: FewShotResult): MtebScores {
  const experiments = draws.map(({ top1, confusion }) => {
    const { macro, weighted } = f1Of(confusion);
    return { accuracy: top1 / 100, f1: macro, f1_weighted: weighted };
  });
  const mean = (name: keyof MtebExperiment) =>
    experiments.reduce((sum, scores) => sum + scores[name], 0) / experiments.length;
  const accuracy = mean('accuracy');
  return {
    accuracy,
    f1: mean('f1'),
    f1_weighted: mean('f1_weighted'),
    scores_per_experiment: experiments,
    main_score: accuracy,
  };
}

/** One clustering of all examples, where mteb clusters ten draws of them. */
function ofClustering({ vMeasure }: ClusteringResult): MtebScores {
  const share = vMeasure / 100;
  return { v_measures: { 'Level 0': [share] }, v_measure: share, v_measure_std: 0, main_score: share };
}
