import { oneOf, optional, optionTable } from '@tgm/options';
import { type Classification, classified } from '../classification.js';
import { EvaluationError } from '../errors.js';
import {
  checkCount,
  checkFeatures,
  checkLabels,
  checkSameWidth,
  dotWithAll,
  type Features,
  type Labels,
  normaliseRows,
} from '../features.js';
import { classCount, features, labels } from '../option-fields.js';

export interface ZeroShotOptions {
  /** [count, E] in the space of the texts. */
  readonly videos: Features;
  readonly labels: Labels;
  /** [texts, E] embeddings of texts, such as `classTexts` makes; at least one for each class. */
  readonly texts: Features;
  /** [texts] the class of each. */
  readonly textClasses: Labels;
  /** From 1. */
  readonly classes: number;
  /**
   * How the texts of a class are taken together. `embeddings` by default: their mean direction stands for the class (CLIP's
   * templates, CuPL). `scores`: the mean of their similarities (Menon and Vondrick), which is smaller where they disagree.
   */
  readonly combine?: 'embeddings' | 'scores';
}

/** What the texts alone get right. */
export interface ZeroShotResult extends Classification {
  /** [count, classes] similarity of each video to each class, -1 to 1. */
  readonly scores: Float64Array;
}

export const ZERO_SHOT_FIELDS = {
  labels: labels(),
  texts: features(),
  textClasses: labels(),
  classes: classCount(),
  combine: optional(oneOf(['embeddings', 'scores'] as const), 'embeddings'),
} satisfies Record<keyof Omit<ZeroShotOptions, 'videos'>, unknown>;

const OPTIONS = optionTable(
  'zeroShot',
  { videos: features(), ...ZERO_SHOT_FIELDS } satisfies Record<keyof ZeroShotOptions, unknown>,
  EvaluationError,
);

/**
 * Classifies videos by texts about the classes, without a training example (CLIP, Radford et al. 2021, section 3.1).
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`,
 *   `TOO_FEW_EXAMPLES` without videos or where a class has no text.
 */
export function zeroShot(options: ZeroShotOptions): ZeroShotResult {
  const { videos, combine, ...given } = OPTIONS.check(options);
  const { texts, textClasses, classes } = given;
  checkFeatures('zeroShot videos', videos);
  checkTexts('zeroShot', videos.count, given);
  checkSameWidth('zeroShot texts', videos, texts);
  const means = meansOfClasses(normaliseRows(texts), textClasses, classes);
  const gallery = combine === 'embeddings' ? normaliseRows(means) : means;
  const queries = normaliseRows(videos);
  const scores = new Float64Array(videos.count * classes);
  for (let row = 0; row < videos.count; row++) {
    dotWithAll(queries, row, gallery, scores.subarray(row * classes, (row + 1) * classes));
  }
  return { ...classified(scores, given.labels, classes), scores };
}

/**
 * That labels and texts belong to so many videos.
 * @throws EvaluationError as `zeroShot`, but for what the videos hold.
 */
export function checkTexts(
  where: string,
  videos: number,
  { labels, texts, textClasses, classes }: Omit<ZeroShotOptions, 'videos' | 'combine'>,
): void {
  checkFeatures(`${where} texts`, texts);
  checkCount(`${where} videos`, videos, 1);
  checkLabels(`${where} videos`, videos, labels, classes);
  checkLabels(`${where} texts`, texts.count, textClasses, classes);
  const has = new Uint8Array(classes);
  for (let text = 0; text < textClasses.length; text++) has[textClasses[text]!] = 1;
  const without = has.indexOf(0);
  if (without < 0) return;
  throw new EvaluationError('TOO_FEW_EXAMPLES', {
    where: `${where}, texts of class ${without}`,
    expected: 'at least 1',
    received: 'none',
  });
}

/** [classes, E] */
function meansOfClasses({ values, width }: Features, textClasses: Labels, classes: number): Features {
  const sums = new Float64Array(classes * width);
  const counts = new Float64Array(classes);
  for (let text = 0; text < textClasses.length; text++) {
    const label = textClasses[text]!;
    counts[label]!++;
    for (let i = 0; i < width; i++) sums[label * width + i]! += values[text * width + i]!;
  }
  const means = Float32Array.from(sums, (sum, at) => sum / counts[Math.floor(at / width)]!);
  return { values: means, count: classes, width };
}
