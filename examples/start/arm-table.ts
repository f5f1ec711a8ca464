import type { Arm } from './arms.js';
import { UNTRAINED } from './evaluate.js';
import type { LogRow } from './run-folder.js';
import type { Numbers } from './scorer.js';
import { BASELINES, type SeedScores } from './seed-run.js';
import { TRAINING } from './settings.js';

/** What one seed came to. */
export interface SeedFigures {
  readonly seed: number;
  readonly scores: SeedScores;
  /** Its log's rows of steps. */
  readonly steps: readonly LogRow[];
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
  /** By the names of the evaluator, in per cent; and `contrastive`, `reconstruction`, `baseline`: losses at the end of the training. */
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
}

/** Steps at the end of a training over which a loss is averaged. */
const LAST_STEPS = 32;

const BASELINE_NOTES = {
  pixels: '4 x 8 x 8 mean colours, no model',
  [UNTRAINED]: 'the encoder before training',
} as const;

/** Which pairs answer which question. */
const QUESTIONS: readonly (readonly [first: string, second: string, why: string])[] = [
  ['text', 'random', 'the text mask'],
  ['motion', 'random', 'the motion mask'],
  ['random', 'contrast', 'the reconstruction'],
  ['random', 'random-one-view', 'the second view'],
  ['random', UNTRAINED, 'the training'],
  ['text-one-view', 'text-grey', 'pixels beside the shape of a text mask'],
  ['motion-one-view', 'motion-grey', 'pixels beside the shape of a motion mask'],
  ['random-one-view', 'random-grey', 'pixels beside random positions'],
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
  return { chanceLoss: Math.log(TRAINING.batchSize), rows, differences };
}

/** Of each number that every seed has. */
function meansOf(seeds: readonly Numbers[]): Record<string, Mean> {
  const keys = Object.keys(seeds[0]!).filter((key) => seeds.every((numbers) => key in numbers));
  return Object.fromEntries(keys.map((key) => [key, meanOf(seeds.map((numbers) => numbers[key]!))]));
}

/** Means of each term, and of the predict-the-mean baseline, over the last steps of an arm. */
function lastLosses(arm: string, steps: readonly LogRow[]): Record<string, number> {
  const rows = steps.filter((row) => row.arm === arm).slice(-LAST_STEPS);
  if (rows.length === 0) return {};
  const average = (of: (row: LogRow) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const terms = Object.keys(rows[0]!.terms as Record<string, number>);
  const means = terms.map((term) => [term, average((row) => (row.terms as Record<string, number>)[term]!)]);
  return {
    ...Object.fromEntries(means),
    ...(terms.includes('reconstruction') ? { baseline: average(predictTheMean) } : {}),
  };
}

/** What the reconstruction loss of a step would be if the decoder said the mean of each patch. */
export const predictTheMean = ({ figures }: LogRow): number =>
  (figures as Record<string, number>)['reconstruction baseline']!;

/** Student's t for a two-sided 95 % interval, by degrees of freedom from 1. */
const T_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
/** The same for many. */
const NORMAL_95 = 1.96;

/** The mean of one value a seed, with its 95 % interval where there are seeds enough. */
export function meanOf(values: readonly number[]): Mean {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, values };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const t = T_95[count - 2] ?? NORMAL_95;
  return { mean, half: t * Math.sqrt(squares / (count - 1) / count), values };
}
