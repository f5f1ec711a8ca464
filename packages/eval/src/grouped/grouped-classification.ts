import { optionTable } from '@tgm/options';
import { checkFiniteScores } from '../classification.js';
import { EvaluationError } from '../errors.js';
import { checkCount, checkLabels, type Labels } from '../features.js';
import { meanOfViews } from '../mean-of-views.js';
import { byName, classCount, floats, labels as labelList } from '../option-fields.js';
import { type GroupedAccuracies, groupedAccuracies } from './grouped-accuracies.js';

/** What is said of one kind of label. */
export interface LabelGroupLogits {
  /** [count, classes] before the softmax. */
  readonly logits: Float32Array;
  /** [count] */
  readonly labels: Labels;
  /** From 1. */
  readonly classes: number;
}

export interface GroupedClassificationOptions {
  /** By the name of the kind, such as `verb` and `noun`; at least one, none of the name `all`, all of one count. */
  readonly groups: Readonly<Record<string, LabelGroupLogits>>;
}

const OPTIONS = optionTable(
  'groupedClassification',
  {
    groups: byName<LabelGroupLogits>('logits', 'all'),
  } satisfies Record<keyof GroupedClassificationOptions, unknown>,
  EvaluationError,
);
const FIELDS = { logits: floats(), labels: labelList(), classes: classCount() } satisfies Record<
  keyof LabelGroupLogits,
  unknown
>;

/**
 * Accuracies of several labels an example, and of all of them together. EPIC-Kitchens: with `verb` and `noun`, `all` is the action,
 * whose score is the product of both probabilities, and `classMeanTop5` is the mean top-5 recall (Damen et al., arXiv 2006.13256;
 * Furnari et al. 2018). The probabilities are the softmax of the logits. `multiViewTest` gives the same of a classifier.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_LOGIT`,
 *   `TOO_FEW_EXAMPLES` without examples.
 */
export function groupedClassification(options: GroupedClassificationOptions): GroupedAccuracies {
  const { groups } = OPTIONS.check(options);
  const checked = Object.entries(groups).map(([name, group]) => ({
    name,
    ...optionTable(`groupedClassification, group ${name}`, FIELDS, EvaluationError).check(group),
  }));
  const count = checked[0]!.labels.length;
  const probabilities = checked.map(({ name, logits, labels, classes }) => {
    const where = `groupedClassification, group ${name}`;
    checkCount(where, labels.length, 1);
    checkLabels(where, count, labels, classes);
    if (logits.length !== count * classes) {
      throw new EvaluationError('SHAPE_MISMATCH', {
        where,
        expected: `${count} x ${classes} logits`,
        received: `${logits.length}`,
      });
    }
    checkFiniteScores(where, logits, classes);
    return { own: meanOfViews(logits, 1, classes), classes };
  });
  return groupedAccuracies(
    checked,
    Array.from({ length: count }, (_, row) =>
      probabilities.map(({ own, classes }) => own.subarray(row * classes, (row + 1) * classes)),
    ),
  );
}
