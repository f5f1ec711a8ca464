import { callable, nested, number, optional, optionTable } from '@tgm/options';
import { ENCODER_FIELDS, type EncoderEvaluatorOptions } from './encoder-evaluator.js';
import { EvaluationError } from './errors.js';
import type { Evaluator } from './evaluator.js';
import { featureExtractor } from './extract-features.js';
import { checkSubsets, featureScores } from './feature-scores.js';
import { checkCount, checkFeatures, checkLabels, type Features } from './features.js';
import { NEIGHBOURS } from './knn.js';
import { type LabelledClips, labelledClips } from './labelled-clips.js';
import { classCount, features, subsetMarks } from './option-fields.js';
import { joinOutcomes } from './outcome.js';
import { projectedClips } from './projected-clips.js';
import { retrieval } from './retrieval.js';
import { checkGroups, type Groups, groups } from './retrieval-groups.js';
import { told } from './told.js';

/** Captions of the test clips: one each, or any number with groups that say what belongs together. */
export interface CaptionSet {
  /** [captions, E] text embeddings. */
  readonly embeddings: Features;
  /** [captions] groups of each caption; a clip that shares one is right for it. Captions that say the same share a group. */
  readonly groups: Groups;
  /** [test clips] groups of each clip; `groups` when absent, for one caption a clip in the clips' order. */
  readonly clipGroups?: Groups;
}

export interface RepresentationOptions extends EncoderEvaluatorOptions {
  readonly train: LabelledClips;
  readonly test: LabelledClips;
  /** From 1. */
  readonly classes: number;
  /** Decides the folds that choose the probe's strength. */
  readonly seed: number;
  /** Named subsets of the test clips, [test clips] true for members, whose probe accuracy is given too. */
  readonly subsets?: Readonly<Record<string, ArrayLike<boolean>>>;
  /** With these, a model that was trained with the contrastive loss is also measured by retrieval. */
  readonly captions?: CaptionSet;
  readonly onProgress?: (done: number, total: number) => void;
}

const OPTIONS = optionTable(
  'representation',
  {
    ...ENCODER_FIELDS,
    train: labelledClips(),
    test: labelledClips(),
    classes: classCount(),
    seed: number(),
    subsets: optional(subsetMarks(), {}),
    captions: optional(nested({ embeddings: features(), groups: groups(), clipGroups: optional(groups()) })),
    onProgress: optional(callable<(done: number, total: number) => void>()),
  } satisfies Record<keyof RepresentationOptions, unknown>,
  EvaluationError,
);

/**
 * Measures frozen features: linear probe, k-NN and, where captions and a projection are there, retrieval.
 *
 * Numbers are percentages but for the ranks: `probe/top1`, `/top5`, `/classMeanTop1`, `/classMeanTop5`, the same under `knn`,
 * `probe/<subset>`, `textToVideo/R@1`, `/R@5`, `/R@10`, `/medianRank`, `/meanRank`, `/chanceR@10`, and the same under `videoToText`.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES` below 20 training clips
 *   or one test clip, `NON_FINITE_FEATURE` among the captions, and `SHAPE_MISMATCH` for a subset or groups of another length.
 *   `evaluate` rejects with what {@link extractFeatures}, {@link linearProbe}, {@link knn} and {@link retrieval} throw.
 */
export function representation(options: RepresentationOptions): Evaluator {
  const { engine, model, train, test, classes, batchSize, seed, subsets, captions, onProgress, intervals } =
    OPTIONS.check(options);
  checkLabels('representation train', train.clips.length, train.labels, classes);
  checkLabels('representation test', test.clips.length, test.labels, classes);
  checkSubsets('representation', subsets, test.clips.length);
  // Said here, and not by the first evaluation after hours of training.
  checkCount('representation train', train.clips.length, NEIGHBOURS);
  checkCount('representation test', test.clips.length, 1);
  if (captions) checkCaptions(captions, test.clips.length);
  const total = train.clips.length + test.clips.length;
  const extract = featureExtractor({ engine, model, batchSize });

  return {
    name: 'representation',
    together: true,
    async evaluate(params, processes) {
      const trainFeatures = await extract(params, train.clips, {
        processes,
        onProgress: (done) => onProgress?.(done, total),
      });
      const testFeatures = await extract(params, test.clips, {
        processes,
        onProgress: (done) => onProgress?.(train.clips.length + done, total),
      });
      const scores = await featureScores({
        engine,
        train: trainFeatures,
        trainLabels: train.labels,
        test: testFeatures,
        testLabels: test.labels,
        classes,
        seed,
        subsets,
        intervals,
      });
      const videos = captions && (await projectedClips(testFeatures, params));
      return videos ? { ...scores, ...retrievalScores(videos, captions, intervals) } : scores;
    },
  };
}

/** @throws EvaluationError `SHAPE_MISMATCH`, `NON_FINITE_FEATURE` */
function checkCaptions({ embeddings, groups, clipGroups = groups }: CaptionSet, clips: number): void {
  checkFeatures('representation captions', embeddings);
  checkGroups('representation captions', groups, embeddings.count);
  checkGroups('representation test clips', clipGroups, clips);
}

function retrievalScores(videos: Features, captions: CaptionSet, intervals: boolean): Record<string, number> {
  const texts = { features: captions.embeddings, groups: captions.groups };
  const clips = { features: videos, groups: captions.clipGroups ?? captions.groups };
  const directions = { textToVideo: [texts, clips], videoToText: [clips, texts] } as const;
  const numbers: Record<string, number> = {};
  for (const [direction, [from, to]] of Object.entries(directions)) {
    const { outcome, chance } = retrieval({
      queries: from.features,
      gallery: to.features,
      queryGroups: from.groups,
      galleryGroups: to.groups,
    });
    Object.assign(numbers, told(joinOutcomes({ [direction]: { outcome } }), intervals));
    numbers[`${direction}/chanceR@10`] = chance.at10;
  }
  return numbers;
}
