import { number, optional, optionTable } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { EvaluationError } from './errors.js';
import type { LabelledFeatures } from './features.js';
import { knn } from './knn.js';
import { linearProbe } from './linear-probe.js';
import { engineField, labelledFeatures, subsetMarks } from './option-fields.js';
import { joinOutcomes, type Outcome, outcomeOf } from './outcome.js';
import { intervalsField, told } from './told.js';

export interface FeatureScoresOptions extends LabelledFeatures {
  readonly engine: Engine;
  /** Decides the folds that choose the probe's strength. */
  readonly seed: number;
  /** Named subsets of the test examples, [test.count] true for members, whose probe accuracy is given too. */
  readonly subsets?: Readonly<Record<string, ArrayLike<boolean>>>;
  /** Whether each figure also has its interval of 95 %, as `<figure>/from` and `<figure>/to`. False by default. */
  readonly intervals?: boolean;
}

const OPTIONS = optionTable(
  'featureScores',
  {
    engine: engineField(),
    ...labelledFeatures,
    seed: number(),
    subsets: optional(subsetMarks(), {}),
    intervals: intervalsField(),
  } satisfies Record<keyof FeatureScoresOptions, unknown>,
  EvaluationError,
);

/**
 * Probe and k-NN of any features, such as those of {@link pixelBaseline}, as named percentages: `probe/top1`, `probe/top5`,
 * `probe/classMeanTop1`, `probe/classMeanTop5`, the same under `knn`, and `probe/<subset>`, the first of a subset alone.
 *
 * @throws EvaluationError `OPTION_INVALID`, what {@link linearProbe} and {@link knn} throw, and `SHAPE_MISMATCH` for a subset of
 *   another length.
 */
export async function featureScores(options: FeatureScoresOptions): Promise<Record<string, number>> {
  const { engine, seed, subsets, intervals, ...examples } = OPTIONS.check(options);
  checkSubsets('featureScores', subsets, examples.test.count);
  const probe = await linearProbe({ ...examples, engine, seed });
  const neighbours = knn(examples);
  const numbers = told(joinOutcomes({ probe, knn: neighbours }), intervals);
  for (const [name, members] of Object.entries(subsets)) {
    Object.assign(numbers, told(subsetOutcome(`probe/${name}`, probe.outcome, members), intervals));
  }
  return numbers;
}

/** The first accuracy of the members, under a name. */
function subsetOutcome(name: string, { count, figures }: Outcome, members: ArrayLike<boolean>): Outcome {
  const rows = Array.from({ length: count }, (_, row) => row).filter((row) => members[row]);
  return outcomeOf({ count, figures: { [name]: figures.top1! } }, rows);
}

/** @throws EvaluationError `SHAPE_MISMATCH` unless each subset marks all test examples. */
export function checkSubsets(
  where: string,
  subsets: Readonly<Record<string, ArrayLike<boolean>>>,
  count: number,
): void {
  for (const [name, members] of Object.entries(subsets)) {
    if (members.length === count) continue;
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: `${where} subset "${name}"`,
      expected: `${count} members, one for each test example`,
      received: `${members.length}`,
    });
  }
}
