import type { VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { Evaluator } from '@tgm/train';
import { subsetAccuracy } from './accuracy.js';
import { ShapeMismatchError } from './errors.js';
import { type FeatureExtractor, featureExtractor } from './extract-features.js';
import type { Features, Labels } from './features.js';
import { knn } from './knn.js';
import { linearProbe } from './linear-probe.js';
import { projectVideo, retrieval } from './retrieval.js';

export interface LabelledClips {
  /** [T, H, W, 3] RGB, 0-255, each in the model's size. */
  readonly clips: readonly Uint8Array[];
  readonly labels: Labels;
}

/** One caption for each test clip. */
export interface CaptionSet {
  /** [test clips, E] text embeddings. */
  readonly embeddings: Features;
  /** [test clips] equal numbers for identical captions: each such clip is right for the caption. */
  readonly groups: Labels;
}

export interface RepresentationOptions {
  readonly engine: Engine;
  readonly train: LabelledClips;
  readonly test: LabelledClips;
  readonly classes: number;
  /** Clips of one pass of the encoder. */
  readonly batchSize: number;
  /** Splits the training set for the choice of the probe's strength. */
  readonly seed: number;
  /** Named subsets of the test clips, [test clips] true for members, whose probe accuracy is given too. */
  readonly subsets?: Readonly<Record<string, ArrayLike<boolean>>>;
  /** With these, a model that was trained with the contrastive loss is also measured by retrieval. */
  readonly captions?: CaptionSet;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The contrastive loss's parameter [E, D] that takes video features to the space of the text. */
const PROJECTION = 'contrastive.projection.weight';

/**
 * Measures frozen features: linear probe, k-NN and, where captions and a projection are there, retrieval.
 *
 * Numbers are percentages but for the median ranks: `probe/top1`, `probe/top5`, `probe/<subset>`, `knn/top1`,
 * `knn/top5`, `textToVideo/R@1`, `/R@5`, `/R@10`, `/medianRank`, `/chanceR@10`, and the same under `videoToText`.
 * Throws what {@link linearProbe}, {@link knn} and {@link retrieval} throw.
 */
export function representation(options: RepresentationOptions): Evaluator {
  const { engine, train, test, classes, batchSize, seed, captions } = options;
  const total = train.clips.length + test.clips.length;
  for (const [name, members] of Object.entries(options.subsets ?? {})) {
    if (members.length !== test.clips.length) {
      const expected = `${test.clips.length} members, one for each test clip`;
      throw new ShapeMismatchError(`representation subset "${name}"`, expected, `${members.length}`);
    }
  }
  const extractors = new WeakMap<VideoMae, FeatureExtractor>(); // a model evaluated again is not compiled again

  return {
    name: 'representation',
    async evaluate(model, params, lossParams) {
      const extract = extractors.get(model) ?? featureExtractor({ engine, model, batchSize });
      extractors.set(model, extract);
      const trainFeatures = await extract(params, train.clips, (done) => options.onProgress?.(done, total));
      const testFeatures = await extract(params, test.clips, (done) =>
        options.onProgress?.(train.clips.length + done, total),
      );
      const projection = lossParams[PROJECTION];
      return {
        ...(await featureScores({
          ...options,
          train: trainFeatures,
          trainLabels: train.labels,
          test: testFeatures,
          testLabels: test.labels,
          engine,
          classes,
          seed,
        })),
        ...(projection && captions
          ? retrievalScores(projectVideo(testFeatures, (await projection.data()) as Float32Array), captions)
          : {}),
      };
    },
  };
}

export interface FeatureScoresOptions {
  readonly engine: Engine;
  readonly train: Features;
  readonly trainLabels: Labels;
  readonly test: Features;
  readonly testLabels: Labels;
  readonly classes: number;
  readonly seed: number;
  readonly subsets?: Readonly<Record<string, ArrayLike<boolean>>>;
}

/** The probe and k-NN numbers of {@link representation} for any features, such as those of {@link pixelBaseline}. */
export async function featureScores(options: FeatureScoresOptions): Promise<Record<string, number>> {
  const { testLabels, subsets = {} } = options;
  const probe = await linearProbe(options);
  const neighbours = knn(options);
  const numbers: Record<string, number> = { 'probe/top1': probe.top1, 'probe/top5': probe.top5 };
  for (const [name, members] of Object.entries(subsets)) {
    numbers[`probe/${name}`] = subsetAccuracy(probe.predictions, testLabels, members);
  }
  return { ...numbers, 'knn/top1': neighbours.top1, 'knn/top5': neighbours.top5 };
}

function retrievalScores(videos: Features, { embeddings, groups }: CaptionSet): Record<string, number> {
  const directions = { textToVideo: [embeddings, videos], videoToText: [videos, embeddings] } as const;
  const numbers: Record<string, number> = {};
  for (const [direction, [queries, gallery]] of Object.entries(directions)) {
    const { recall, chance, medianRank } = retrieval({
      queries,
      gallery,
      queryGroups: groups,
      galleryGroups: groups,
    });
    numbers[`${direction}/R@1`] = recall.at1;
    numbers[`${direction}/R@5`] = recall.at5;
    numbers[`${direction}/R@10`] = recall.at10;
    numbers[`${direction}/medianRank`] = medianRank;
    numbers[`${direction}/chanceR@10`] = chance.at10;
  }
  return numbers;
}
