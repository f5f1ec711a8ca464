import { number, optional, optionTable } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { subsetAccuracy } from './accuracy.js';
import { EvaluationError } from './errors.js';
import type { LabelledFeatures } from './features.js';
import { knn } from './knn.js';
import { linearProbe } from './linear-probe.js';
import { engineField, labelledFeatures, subsetMarks } from './option-fields.js';

export interface FeatureScoresOptions extends LabelledFeatures {
  readonly engine: Engine;
  /** Decides the folds that choose the probe's strength. */
  readonly seed: number;
  /** Named subsets of the test examples, [test.count] true for members, whose probe accuracy is given too. */
  readonly subsets?: Readonly<Record<string, ArrayLike<boolean>>>;
}

const OPTIONS = optionTable(
  'featureScores',
  {
    engine: engineField(),
    ...labelledFeatures,
    seed: number(),
    subsets: optional(subsetMarks(), {}),
  } satisfies Record<keyof FeatureScoresOptions, unknown>,
  EvaluationError,
);

/**
 * Probe and k-NN of any features, such as those of {@link pixelBaseline}, as named percentages: `probe/top1`, `probe/top5`,
 * `probe/<subset>`, `knn/top1`, `knn/top5`.
 *
 * @throws EvaluationError `OPTION_INVALID`, what {@link linearProbe} and {@link knn} throw, and `SHAPE_MISMATCH` for a subset of
 *   another length.
 */
export async function featureScores(options: FeatureScoresOptions): Promise<Record<string, number>> {
  const { engine, seed, subsets, ...examples } = OPTIONS.check(options);
  checkSubsets('featureScores', subsets, examples.test.count);
  const probe = await linearProbe({ ...examples, engine, seed });
  const neighbours = knn(examples);
  const numbers: Record<string, number> = { 'probe/top1': probe.top1, 'probe/top5': probe.top5 };
  for (const [name, members] of Object.entries(subsets)) {
    numbers[`probe/${name}`] = subsetAccuracy(probe.predictions, examples.testLabels, members);
  }
  return { ...numbers, 'knn/top1': neighbours.top1, 'knn/top5': neighbours.top5 };
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
