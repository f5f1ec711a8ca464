import { nested, optionTable } from '@tgm/options';
import { INTERVALS_FIELDS, type Interval, type IntervalsOptions, intervalsOf } from './bootstrap.js';
import { ofFeatures, PROBE_FIELDS, type ProbeEvaluatorOptions } from './clip-probe.js';
import { EvaluationError } from './errors.js';
import type { Evaluator } from './evaluator.js';
import { checkLabels } from './features.js';
import { LINEAR_FIELDS, type LinearProbeSettings, linearProbe } from './linear-probe.js';
import { classCount } from './option-fields.js';
import { type Outcome, outcomeField } from './outcome.js';

export interface RepresentationBiasOptions {
  /** What a classifier on the representation gets right; it has the figure `top1`. */
  readonly outcome: Outcome;
  /** From 1. */
  readonly classes: number;
}

const OPTIONS = optionTable(
  'representationBias',
  { outcome: outcomeField(), classes: classCount() } satisfies Record<
    keyof RepresentationBiasOptions,
    unknown
  >,
  EvaluationError,
);

const BOOTSTRAP = optionTable('representationBias', INTERVALS_FIELDS, EvaluationError);

/**
 * How much a data set is biased towards a representation: ln(accuracy / chance) of a classifier on it (RESOUND, Li et al., ECCV
 * 2018, section 3). 0 where the representation says nothing about the classes; ln(classes) where it says all; -Infinity where nothing is
 * right. Take a representation
 * that cannot see what the data set is meant to ask for, such as single frames of actions: what it reaches needs no action.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for an outcome without `top1`; `LABEL_OUT_OF_RANGE` where the outcome has labels of more
 *   classes; what `intervals` throws.
 */
export function representationBias(
  options: RepresentationBiasOptions,
  bootstrap: IntervalsOptions = {},
): Interval {
  const { outcome, classes } = OPTIONS.check(options);
  const { top1 } = outcome.figures;
  if (!top1) {
    throw new EvaluationError('OPTION_INVALID', {
      where: 'representationBias, option outcome',
      expected: 'the figure top1',
      received: Object.keys(outcome.figures).join(', ') || 'no figure',
    });
  }
  const checked = BOOTSTRAP.check(bootstrap);
  const labelled = Object.values(outcome.figures).find((figure) => 'labels' in figure);
  if (labelled) checkLabels('representationBias', outcome.count, labelled.labels, classes);
  const { value, from, to } = intervalsOf('representationBias', { ...outcome, figures: { top1 } }, checked)
    .top1!;
  const bias = (accuracy: number) => Math.log((accuracy / 100) * classes);
  return { value: bias(value), from: bias(from), to: bias(to) };
}

export interface RepresentationBiasEvaluatorOptions extends ProbeEvaluatorOptions {
  readonly probe: LinearProbeSettings;
}

const EVALUATOR = optionTable(
  'representationBiasEvaluator',
  { ...PROBE_FIELDS, probe: nested(LINEAR_FIELDS) } satisfies Record<
    keyof RepresentationBiasEvaluatorOptions,
    unknown
  >,
  EvaluationError,
);

/**
 * `representationBias` of a data set towards the features of an encoder, by a linear probe, as an evaluator: `bias`, in nats.
 *
 * @throws EvaluationError as `linearProbeEvaluator`; `evaluate` rejects with what `linearProbe` throws.
 */
export function representationBiasEvaluator(options: RepresentationBiasEvaluatorOptions): Evaluator {
  const { probe, ...parts } = EVALUATOR.check(options);
  return ofFeatures('representationBias', parts, async (data): Promise<Record<string, number>> => {
    const { outcome } = await linearProbe({ ...probe, ...data });
    const { value, from, to } = representationBias({ outcome, classes: data.classes });
    return parts.intervals ? { bias: value, 'bias/from': from, 'bias/to': to } : { bias: value };
  });
}
