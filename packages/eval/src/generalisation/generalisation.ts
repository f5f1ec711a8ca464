import { callable, number, oneOf, optional, optionTable, showValue, wholeNumber } from '@tgm/options';
import { seededRandom } from '@tgm/random';
import type { Classification } from '../classification.js';
import { EvaluationError } from '../errors.js';
import { checkFeatures, checkLabels, type LabelledFeatures } from '../features.js';
import { byName, classCount, features, labels } from '../option-fields.js';
import { featuresAt, rowsPerClass } from '../rows-per-class.js';

/**
 * What a split asks of a representation that it was not trained for: another look of the world (`domain`), few labels (`samples`),
 * classes that differ in little (`actions`), another question about the clips (`tasks`).
 */
export const FACTORS = ['domain', 'samples', 'actions', 'tasks'] as const;
export type Factor = (typeof FACTORS)[number];

/** From what is learned, and on what it is tested. */
export interface GeneralisationSplit extends LabelledFeatures {
  readonly factor: Factor;
  /** Labelled examples of each class that are learned from, from 1, drawn once; all of them when absent. */
  readonly perClass?: number;
}

/** The protocol that every split is measured by, such as `(data) => linearProbe({ engine, seed: 0, ...data })`. */
export type SplitProtocol = (data: LabelledFeatures) => Classification | Promise<Classification>;

export interface GeneralisationOptions {
  /** By name; at least one. */
  readonly splits: Readonly<Record<string, GeneralisationSplit>>;
  readonly protocol: SplitProtocol;
  /** Decides which examples are drawn where a split takes some of each class. */
  readonly seed: number;
}

/** What a split found. */
export interface SplitResult extends Classification {
  readonly factor: Factor;
  /** Examples that were learned from. */
  readonly learned: number;
  /** 100 / classes: guesses without a preference. */
  readonly chance: number;
}

export interface GeneralisationResult {
  readonly splits: Readonly<Record<string, SplitResult>>;
  /** Top-1 accuracy by factor, the mean over its splits. */
  readonly factors: Readonly<Partial<Record<Factor, number>>>;
  /** The mean over the factors that are there. */
  readonly mean: number;
}

const OPTIONS = optionTable(
  'generalisation',
  {
    splits: byName<GeneralisationSplit>('splits'),
    protocol: callable<SplitProtocol>(),
    seed: number(),
  } satisfies Record<keyof GeneralisationOptions, unknown>,
  EvaluationError,
);

/** Fields of a split beside its examples. */
export const SPLIT_FIELDS = {
  factor: oneOf(FACTORS),
  classes: classCount(),
  perClass: optional(wholeNumber({ from: 1 })),
};

const FIELDS = {
  ...SPLIT_FIELDS,
  train: features(),
  trainLabels: labels(),
  test: features(),
  testLabels: labels(),
} satisfies Record<keyof GeneralisationSplit, unknown>;

/**
 * One protocol on many splits, each of which differs from the training of the representation in one thing. So SEVERE measures how
 * far a representation carries (Thoker et al., ECCV 2022, arXiv 2203.14221): in domain, samples, actions and tasks.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`; what the
 *   protocol throws. What the protocol gives is checked too: `OPTION_INVALID` for what is no classification, `SHAPE_MISMATCH` for one of
 *   another number of examples than the split tests on.
 */
export async function generalisation(options: GeneralisationOptions): Promise<GeneralisationResult> {
  const { splits, protocol, seed } = OPTIONS.check(options);
  for (const [name, split] of Object.entries(splits)) checkSplit(name, split);
  const found: Record<string, SplitResult> = {};
  for (const [name, split] of Object.entries(splits)) {
    const { factor, classes, perClass, test, testLabels } = split;
    const learned = perClass === undefined ? split : drawn(split, perClass, seed);
    const data = { train: learned.train, trainLabels: learned.trainLabels, test, testLabels, classes };
    const measured = await protocol(data);
    requireClassification(name, measured, test.count);
    found[name] = { ...measured, factor, learned: data.train.count, chance: 100 / classes };
  }
  const factors = factorMeans(Object.values(found));
  return { splits: found, factors, mean: meanOf(Object.values(factors)) };
}

/** Top-1 accuracy by factor. */
function factorMeans(results: readonly SplitResult[]): Partial<Record<Factor, number>> {
  const there = FACTORS.filter((factor) => results.some((result) => result.factor === factor));
  return Object.fromEntries(
    there.map((factor) => [
      factor,
      meanOf(results.filter((result) => result.factor === factor).map(({ top1 }) => top1)),
    ]),
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function checkSplit(name: string, split: GeneralisationSplit): void {
  const { train, trainLabels, test, testLabels, classes } = optionTable(
    `generalisation, split ${name}`,
    FIELDS,
    EvaluationError,
  ).check(split);
  checkFeatures(`generalisation, train of ${name}`, train);
  checkFeatures(`generalisation, test of ${name}`, test);
  checkLabels(`generalisation, train of ${name}`, train.count, trainLabels, classes);
  checkLabels(`generalisation, test of ${name}`, test.count, testLabels, classes);
}

function requireClassification(split: string, measured: Classification, count: number): void {
  const where = `generalisation, what the protocol gives of split ${split}`;
  const { top1, outcome } = (measured ?? {}) as Partial<Classification>;
  if (typeof top1 !== 'number' || !outcome?.figures?.top1) {
    throw new EvaluationError('OPTION_INVALID', {
      where,
      expected: 'a classification with top1 and outcome',
      received: showValue(measured),
    });
  }
  if (outcome.count === count) return;
  throw new EvaluationError('SHAPE_MISMATCH', {
    where,
    expected: `${count} test examples`,
    received: `${outcome.count}`,
  });
}

/** The same examples for whatever representation: they depend on the labels and the seed alone. */
function drawn({ train, trainLabels }: LabelledFeatures, perClass: number, seed: number) {
  const rows = rowsPerClass(trainLabels, perClass, seededRandom('few labels', seed));
  return { train: featuresAt(train, rows), trainLabels: rows.map((row) => trainLabels[row]!) };
}
