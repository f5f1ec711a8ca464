import { listOf, nested, optionTable } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { ENCODER_FIELDS, type EncoderEvaluatorOptions } from '../encoder-evaluator.js';
import { EvaluationError } from '../errors.js';
import type { Evaluator } from '../evaluator.js';
import { featureExtractor } from '../extract-features.js';
import { checkLabels, type Features, type Labels } from '../features.js';
import { LINEAR_FIELDS, type LinearProbeSettings, linearlyProbed } from '../linear-probe.js';
import { byName, bytes, classCount, engineField, features, labels } from '../option-fields.js';
import { told } from '../told.js';
import type { GroupedAccuracies } from './grouped-accuracies.js';
import { groupedClassification, type LabelGroupLogits } from './grouped-classification.js';

/** Labels of one kind, such as the verb of each example. */
export interface LabelGroup {
  readonly trainLabels: Labels;
  readonly testLabels: Labels;
  /** From 1. */
  readonly classes: number;
}

export interface GroupedProbeOptions extends LinearProbeSettings {
  readonly engine: Engine;
  readonly train: Features;
  readonly test: Features;
  /** By the name of the kind, such as `verb` and `noun`; at least one, none of the name `all`. */
  readonly groups: Readonly<Record<string, LabelGroup>>;
}

export interface GroupedProbeEvaluatorOptions extends EncoderEvaluatorOptions {
  /** [T, H, W, 3] RGB, 0-255, each in the model's size. */
  readonly train: readonly Uint8Array[];
  readonly test: readonly Uint8Array[];
  /** By the name of the kind; at least one, none of the name `all`. */
  readonly groups: Readonly<Record<string, LabelGroup>>;
  readonly probe: LinearProbeSettings;
}

const GROUP_FIELDS = { trainLabels: labels(), testLabels: labels(), classes: classCount() } satisfies Record<
  keyof LabelGroup,
  unknown
>;

const groupOf = (where: string, group: LabelGroup) =>
  optionTable(where, GROUP_FIELDS, EvaluationError).check(group);

const OPTIONS = optionTable(
  'groupedProbe',
  {
    ...LINEAR_FIELDS,
    engine: engineField(),
    train: features(),
    test: features(),
    groups: byName<LabelGroup>('labels', 'all'),
  } satisfies Record<keyof GroupedProbeOptions, unknown>,
  EvaluationError,
);

const EVALUATOR = optionTable(
  'groupedProbeEvaluator',
  {
    ...ENCODER_FIELDS,
    train: listOf(bytes(), { from: 1 }),
    test: listOf(bytes(), { from: 1 }),
    groups: byName<LabelGroup>('labels', 'all'),
    probe: nested(LINEAR_FIELDS),
  } satisfies Record<keyof GroupedProbeEvaluatorOptions, unknown>,
  EvaluationError,
);

/**
 * A linear probe of each kind of label on the same features, and what all of them get right together: EPIC-Kitchens' verb, noun
 * and action of a frozen encoder.
 *
 * @throws EvaluationError as `linearProbe` and `groupedClassification`.
 */
export async function groupedProbe(options: GroupedProbeOptions): Promise<GroupedAccuracies> {
  const { groups, ...shared } = OPTIONS.check(options);
  const logits: Record<string, LabelGroupLogits> = {};
  for (const [name, group] of Object.entries(groups)) {
    const where = `groupedProbe, group ${name}`;
    const checked = groupOf(where, group);
    const { scores } = await linearlyProbed(where, { ...shared, ...checked });
    logits[name] = {
      logits: Float32Array.from(scores),
      labels: checked.testLabels,
      classes: checked.classes,
    };
  }
  return groupedClassification({ groups: logits });
}

/**
 * `groupedProbe` of the features of clips as an evaluator: `<kind>/top1`, `all/top1` and so on, in per cent.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`; `evaluate` rejects with what `groupedProbe` throws.
 */
export function groupedProbeEvaluator(options: GroupedProbeEvaluatorOptions): Evaluator {
  const { engine, model, train, test, groups, probe, batchSize, intervals } = EVALUATOR.check(options);
  // Said here, and not by the first evaluation after hours of training.
  for (const [name, group] of Object.entries(groups)) {
    const { trainLabels, testLabels, classes } = groupOf(`groupedProbeEvaluator, group ${name}`, group);
    checkLabels(`groupedProbeEvaluator, train labels of ${name}`, train.length, trainLabels, classes);
    checkLabels(`groupedProbeEvaluator, test labels of ${name}`, test.length, testLabels, classes);
  }
  const extract = featureExtractor({ engine, model, batchSize });
  return {
    name: 'groupedProbe',
    together: true,
    async evaluate(params, processes) {
      const features = {
        train: await extract(params, train, { processes }),
        test: await extract(params, test, { processes }),
      };
      return told((await groupedProbe({ ...probe, engine, ...features, groups })).outcome, intervals);
    },
  };
}
