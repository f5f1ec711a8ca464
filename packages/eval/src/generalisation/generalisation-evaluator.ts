import { callable, number, optional, optionTable } from '@tgm/options';
import { ENCODER_FIELDS, type EncoderEvaluatorOptions } from '../encoder-evaluator.js';
import { EvaluationError } from '../errors.js';
import type { Evaluator } from '../evaluator.js';
import { featureExtractor } from '../extract-features.js';
import { checkCount, checkLabels } from '../features.js';
import { type LabelledClips, labelledClips } from '../labelled-clips.js';
import { linearProbe } from '../linear-probe.js';
import { byName } from '../option-fields.js';
import { told } from '../told.js';
import {
  type GeneralisationSplit,
  generalisation,
  SPLIT_FIELDS,
  type SplitProtocol,
} from './generalisation.js';

/** A split of clips. */
export interface GeneralisationClips extends Pick<GeneralisationSplit, 'factor' | 'classes' | 'perClass'> {
  readonly train: LabelledClips;
  readonly test: LabelledClips;
}

export interface GeneralisationEvaluatorOptions extends EncoderEvaluatorOptions {
  /** By name; at least one. */
  readonly splits: Readonly<Record<string, GeneralisationClips>>;
  /** `linearProbe` with `seed` by default. */
  readonly protocol?: SplitProtocol;
  /** Decides which examples are drawn, and the folds of the probe. */
  readonly seed: number;
}

const OPTIONS = optionTable(
  'generalisationEvaluator',
  {
    ...ENCODER_FIELDS,
    splits: byName<GeneralisationClips>('splits of clips'),
    protocol: optional(callable<SplitProtocol>()),
    seed: number(),
  } satisfies Record<keyof GeneralisationEvaluatorOptions, unknown>,
  EvaluationError,
);

const FIELDS = { ...SPLIT_FIELDS, train: labelledClips(), test: labelledClips() } satisfies Record<
  keyof GeneralisationClips,
  unknown
>;

/**
 * `generalisation` of the features of clips as an evaluator: `<split>/top1`, the mean of each factor under its name, such as `domain`,
 * and `mean`, in per cent. Means of splits have no intervals.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES` without clips; `evaluate`
 *   rejects with what `generalisation` throws.
 */
export function generalisationEvaluator(options: GeneralisationEvaluatorOptions): Evaluator {
  const { engine, model, splits, batchSize, seed, intervals, ...given } = OPTIONS.check(options);
  const protocol: SplitProtocol = given.protocol ?? ((data) => linearProbe({ engine, seed, ...data }));
  const checked = Object.entries(splits).map(([name, split]) => [name, checkedSplit(name, split)] as const);
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name: 'generalisation',
    together: true,
    async evaluate(params, processes) {
      const measured: Record<string, GeneralisationSplit> = {};
      for (const [name, { train, test, factor, classes, perClass }] of checked) {
        measured[name] = {
          factor,
          classes,
          ...(perClass !== undefined && { perClass }),
          train: await extract(params, train.clips, { processes }),
          trainLabels: train.labels,
          test: await extract(params, test.clips, { processes }),
          testLabels: test.labels,
        };
      }
      const { splits, factors, mean } = await generalisation({ splits: measured, protocol, seed });
      const numbers: Record<string, number> = {};
      for (const [name, { outcome }] of Object.entries(splits)) {
        const figures = { [`${name}/top1`]: outcome.figures.top1! };
        Object.assign(numbers, told({ ...outcome, figures }, intervals));
      }
      return { ...numbers, ...factors, mean };
    },
  };
}

/** Said here, and not by the first evaluation after hours of training. */
function checkedSplit(name: string, split: GeneralisationClips) {
  const checked = optionTable(`generalisationEvaluator, split ${name}`, FIELDS, EvaluationError).check(split);
  for (const [side, { clips, labels }] of Object.entries({ train: checked.train, test: checked.test })) {
    checkCount(`generalisationEvaluator, ${side} of ${name}`, clips.length, 1);
    checkLabels(`generalisationEvaluator, ${side} of ${name}`, clips.length, labels, checked.classes);
  }
  return checked;
}
