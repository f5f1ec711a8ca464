import type { Params } from '@tgm/models';
import { callable, optionTable } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import type { Evaluator } from '../evaluator.js';
import type { Features } from '../features.js';
import { features } from '../option-fields.js';
import { intervalsField, told } from '../told.js';
import { checkShares, saliencyScores } from './saliency-scores.js';

export interface SaliencyEvaluatorOptions {
  /** [clips, N] how much each token matters to a model with these parameters. */
  readonly saliency: (params: Params) => Features | Promise<Features>;
  /** [clips, N] share of each token that lies within a box, as `boxCoverage` gives it. */
  readonly inside: Features;
  /** Whether each figure also has its interval of 95 %, as `<figure>/from` and `<figure>/to`. False by default. */
  readonly intervals?: boolean;
}

const OPTIONS = optionTable(
  'saliencyEvaluator',
  {
    saliency: callable<SaliencyEvaluatorOptions['saliency']>(),
    inside: features(),
    intervals: intervalsField(),
  } satisfies Record<keyof SaliencyEvaluatorOptions, unknown>,
  EvaluationError,
);

/**
 * `saliencyScores` of what a model in training finds salient, as an evaluator: `pointing`, `auc`, `energy` and `chance` in per cent.
 *
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`; `evaluate` rejects with what `saliencyScores` and
 *   `saliency` throw.
 */
export function saliencyEvaluator(options: SaliencyEvaluatorOptions): Evaluator {
  const { saliency, inside, intervals } = OPTIONS.check(options);
  checkShares('saliencyEvaluator inside', inside);
  return {
    name: 'saliency',
    async evaluate(params) {
      return told(saliencyScores({ saliency: await saliency(params), inside }).outcome, intervals);
    },
  };
}
