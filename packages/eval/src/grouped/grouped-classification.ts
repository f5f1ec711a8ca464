import { objectWith, optionTable, passing } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { checkCount, checkLabels, type Labels } from '../features.js';
import { meanOfViews } from '../mean-of-views.js';
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

const GROUP = objectWith<LabelGroupLogits>('logits, labels and classes', ['logits', 'labels', 'classes']);

const OPTIONS = optionTable(
  'groupedClassification',
  {
    groups: passing(
      'logits by the name of a group, at least one and none called "all"',
      (value): value is Readonly<Record<string, LabelGroupLogits>> =>
        typeof value === 'object' && value !== null && Object.keys(value).length > 0 && !('all' in value),
    ),
  } satisfies Record<keyof GroupedClassificationOptions, unknown>,
  EvaluationError,
);
const EACH = optionTable('groupedClassification', { group: GROUP }, EvaluationError);

/**
 * Accuracies of several labels an example, and of all of them together. EPIC-Kitchens: with `verb` and `noun`, `all` is the action,
 * whose score is the product of both probabilities, and `classMeanTop5` is the mean top-5 recall (Damen et al., arXiv 2006.13256;
 * Furnari et al. 2018). The probabilities are the softmax of the logits. `multiViewTest` gives the same of a classifier.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_LOGIT`,
 *   `TOO_FEW_EXAMPLES` without examples.
 */
export function groupedClassification(options: GroupedClassificationOptions): GroupedAccuracies {
  const all = Object.entries(OPTIONS.check(options).groups);
  const count = all[0]![1]?.labels?.length ?? 0;
  const probabilities = all.map(([name, group]) => {
    EACH.check({ group });
    const { logits, labels, classes } = group;
    const where = `groupedClassification, group ${name}`;
    checkCount(where, labels.length, 1);
    checkLabels(where, count, labels, classes);
    const own = meanOfViews(logits, 1, classes);
    if (own.length === count * classes) return { own, classes };
    throw new EvaluationError('SHAPE_MISMATCH', {
      where,
      expected: `${count} x ${classes} logits`,
      received: `${logits.length}`,
    });
  });
  return groupedAccuracies(
    all.map(([name, { labels }]) => ({ name, labels })),
    Array.from({ length: count }, (_, row) =>
      probabilities.map(({ own, classes }) => own.subarray(row * classes, (row + 1) * classes)),
    ),
  );
}
