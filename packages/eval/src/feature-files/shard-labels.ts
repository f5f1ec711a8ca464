import { showValue } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import type { TestVideo } from '../test-video.js';

/** The label of an example: its class, or a class for each kind of label, or null for none. */
export type StoredLabel = number | Readonly<Record<string, number>> | null;

/** Labels of all examples, by their kind. */
export interface StoredLabels {
  /** [count] classes; empty where the examples have no labels, or several of them each. */
  readonly labels: Int32Array;
  /** [count] classes of each kind of label, by its name; empty where there are no kinds. */
  readonly labelGroups: Readonly<Record<string, Int32Array>>;
}

/** What labels have to have in common: all none, all a class, or classes of the same names. */
export function kindOfLabel(label: StoredLabel): string {
  if (label === null) return 'no label';
  if (typeof label === 'number') return 'a class';
  return `classes by the names ${Object.keys(label).sort().join(', ')}`;
}

/**
 * @param kind of the examples before it; undefined for the first one.
 * @throws EvaluationError `LABEL_OUT_OF_RANGE`, `LABELS_MISMATCH` for a label of another kind.
 */
export function storedLabel(
  where: string,
  { id, label: given }: TestVideo,
  kind: string | undefined,
): StoredLabel {
  const label = given ?? null;
  const place = `${where}, label of "${id}"`;
  const classes = label === null ? [] : typeof label === 'object' ? Object.values(label) : [label];
  const wrong = classes.find((value) => !(Number.isInteger(value) && value >= 0 && value < 2 ** 31));
  if (wrong !== undefined)
    throw new EvaluationError('LABEL_OUT_OF_RANGE', {
      where: place,
      expected: 'a class, a whole number from 0',
      received: showValue(wrong),
    });
  if (kind === undefined || kindOfLabel(label) === kind) return label;
  throw new EvaluationError('LABELS_MISMATCH', {
    where: place,
    expected: `${kind}, as of the examples before it`,
    received: kindOfLabel(label),
  });
}

/** Labels of one kind. */
export function joinLabels(labels: readonly StoredLabel[]): StoredLabels {
  const [first = null] = labels;
  if (first === null) return { labels: new Int32Array(0), labelGroups: {} };
  if (typeof first === 'number') return { labels: Int32Array.from(labels as number[]), labelGroups: {} };
  const groups = labels as readonly Readonly<Record<string, number>>[];
  return {
    labels: new Int32Array(0),
    labelGroups: Object.fromEntries(
      Object.keys(first).map((name) => [name, Int32Array.from(groups, (label) => label[name]!)]),
    ),
  };
}
