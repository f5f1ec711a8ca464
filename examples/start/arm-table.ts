import type { ArmStep } from './arm-steps.js';
import type { Arm } from './arms.js';
import { UNTRAINED } from './evaluate.js';
import type { Numbers } from './scorer.js';
import { BASELINES, type SeedScores } from './seed-run.js';
import { TRAINING } from './settings.js';

/** What one seed came to. */
export interface SeedFigures {
  readonly seed: number;
  readonly scores: SeedScores;
  /** Steps of its trainings. */
  readonly steps: readonly ArmStep[];
}

/** A mean over seeds. */
export interface Mean {
  readonly mean: number;
  /** Half the width of the 95 % interval of Student's t; absent with one seed. */
  readonly half?: number;
  /** One for each seed, in the order of the row's seeds. */
  readonly values: readonly number[];
}

export interface ArmRow {
  readonly name: string;
  readonly note: string;
  /** Seeds on which it was measured. */
  readonly seeds: readonly number[];
  /**
   * By the names of the evaluator, in per cent; `contrastive`, `reconstruction`, `baseline`: losses at the end of the training;
   * `leak/…` in bits; `object/…` in per cent of the named object's tokens.
   */
  readonly numbers: Readonly<Record<string, Mean>>;
}

/** `first` minus `second`, seed by seed, in points. */
export interface Difference {
  readonly first: string;
  readonly second: string;
  /** Seeds on which both were measured. */
  readonly seeds: readonly number[];
  readonly why: string;
  readonly numbers: Readonly<Record<string, Mean>>;
}

export interface ArmTable {
  /** The contrastive loss of guessing: ln(batch). */
  readonly chanceLoss: number;
  readonly rows: readonly ArmRow[];
  readonly differences: readonly Difference[];
  /** Of each number, what a paired difference must be for its interval to leave out 0 in four of five tries. */
  readonly detectable: Readonly<Record<string, number>>;
}

/** Steps at the end of a training over which a loss is averaged. */
const LAST_STEPS = 32;

const BASELINE_NOTES = {
  pixels: '4 x 8 x 8 mean colours, no model',
  [UNTRAINED]: 'the encoder before training',
} as const;

/** Which pairs answer which question. */
const QUESTIONS: readonly (readonly [first: string, second: string, why: string])[] = [
  ['random', UNTRAINED, 'the training'],
  ['random', 'contrast', 'the reconstruction'],
  ['random', 'random-one-view', 'the second view of random masks'],
  ['text-one-view', 'random-one-view', "the text mask, the paper's way"],
  ['text', 'text-one-view', 'the second view of text masks'],
  ['text', 'random', 'the text mask, with a second view'],
  ['text', 'text-shuffled', 'the own caption that guides the mask'],
  ['text-paraphrase', 'text-one-view', 'another caption of the video for the mask'],
  ['text-softened', 'text-one-view', 'noise on the scores'],
  ['text-regions', 'text-one-view', 'as many tokens of each region'],
  ['text-mixed', 'text-one-view', 'half of the masks at random'],
  ['text-no-positions', 'text-one-view', 'contrast without positions'],
  ['random-text-decoder', 'random-one-view', 'the decoder that follows the caption'],
];

/** Means over the seeds on which each arm was measured, and paired differences. */
export function armTable(arms: readonly Arm[], seeds: readonly SeedFigures[]): ArmTable {
  const described: readonly Pick<Arm, 'name' | 'note'>[] = [
    ...BASELINES.map((name) => ({ name, note: BASELINE_NOTES[name] })),
    ...arms,
  ];
  const measured = (name: string) => seeds.filter(({ scores }) => name in scores);
  const figures = (name: string, { scores, steps }: SeedFigures): Numbers => ({
    ...scores[name],
    ...lastLosses(name, steps),
  });
  const rows = described.flatMap(({ name, note }): ArmRow[] => {
    const those = measured(name);
    if (those.length === 0) return [];
    const numbers = meansOf(those.map((seed) => figures(name, seed)));
    return [{ name, note, seeds: those.map(({ seed }) => seed), numbers }];
  });
  const differences = QUESTIONS.flatMap(([first, second, why]): Difference[] => {
    const both = measured(first).filter(({ scores }) => second in scores);
    if (both.length === 0) return [];
    const numbers = meansOf(
      both.map((seed) => {
        const [one, other] = [figures(first, seed), figures(second, seed)];
        const shared = Object.keys(one).filter((key) => key in other);
        return Object.fromEntries(shared.map((key) => [key, one[key]! - other[key]!]));
      }),
    );
    return [{ first, second, why, seeds: both.map(({ seed }) => seed), numbers }];
  });
  const detectable = detectableOf(differences);
  return { chanceLoss: Math.log(TRAINING.batchSize), rows, differences, detectable };
}

/** Of each number that every seed has. */
function meansOf(seeds: readonly Numbers[]): Record<string, Mean> {
  const keys = Object.keys(seeds[0]!).filter((key) => seeds.every((numbers) => key in numbers));
  return Object.fromEntries(keys.map((key) => [key, meanOf(seeds.map((numbers) => numbers[key]!))]));
}

/**
 * From the deviation of paired differences over the seeds, taken together over all questions of as many seeds: so many deviations
 * of a mean that a t test of 5 % finds it with a power of 80 %.
 */
function detectableOf(differences: readonly Difference[]): Record<string, number> {
  const seeds = Math.max(0, ...differences.map((difference) => difference.seeds.length));
  if (seeds < 2) return {};
  const whole = differences.filter((difference) => difference.seeds.length === seeds);
  const keys = new Set(whole.flatMap(({ numbers }) => Object.keys(numbers)));
  return Object.fromEntries(
    [...keys].map((key) => {
      const variances = whole.flatMap(({ numbers }) =>
        numbers[key] ? [varianceOf(numbers[key].values)] : [],
      );
      const pooled = variances.reduce((sum, variance) => sum + variance, 0) / variances.length;
      return [
        key,
        (tOf(T_95, seeds, NORMAL_95) + tOf(T_POWER, seeds, NORMAL_POWER)) * Math.sqrt(pooled / seeds),
      ];
    }),
  );
}

/** Means of each term, and of the predict-the-mean baseline, over the last steps of an arm. */
function lastLosses(arm: string, steps: readonly ArmStep[]): Record<string, number> {
  const rows = steps.filter((row) => row.arm === arm).slice(-LAST_STEPS);
  if (rows.length === 0) return {};
  const average = (of: (row: ArmStep) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const terms = Object.keys(rows[0]!.terms);
  const means = terms.map((term) => [term, average((row) => row.terms[term]!)]);
  return {
    ...Object.fromEntries(means),
    ...(terms.includes('reconstruction') ? { baseline: average(predictTheMean) } : {}),
  };
}

/** What the reconstruction loss of a step would be if the decoder said the mean of each patch. */
export const predictTheMean = ({ figures }: ArmStep): number => figures['reconstruction baseline']!;

/** Student's t for a two-sided 95 % interval, by degrees of freedom from 1. */
const T_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
/** The same for many. */
const NORMAL_95 = 1.96;
/** Student's t below which 80 % lie, and the same for many. */
const T_POWER = [1.376, 1.061, 0.978, 0.941, 0.92, 0.906, 0.896, 0.889, 0.883];
const NORMAL_POWER = 0.842;

const tOf = (table: readonly number[], count: number, many: number): number => table[count - 2] ?? many;

const averageOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const mean = averageOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** The mean of one value a seed, with its 95 % interval where there are seeds enough. */
export function meanOf(values: readonly number[]): Mean {
  const mean = averageOf(values);
  if (values.length < 2) return { mean, values };
  const error = Math.sqrt(varianceOf(values) / values.length);
  return { mean, half: tOf(T_95, values.length, NORMAL_95) * error, values };
}
