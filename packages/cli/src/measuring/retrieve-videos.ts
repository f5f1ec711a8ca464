import { type LeftOutExample, rankedList } from '@tgm/eval';
import { type Collective, singleProcess } from '@tgm/train';
import type { VideoDataset } from '@tgm/video-io';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { captionSpace } from './caption-space.js';
import { type RetrieveOptions, retrieveTable } from './retrieve-section.js';
import { samplesById } from './samples-by-id.js';
import { videoFeatures } from './video-features.js';
import { recipeOf, type Views, viewsOf } from './views.js';
import { withModel } from './with-model.js';

/** A video that answers a text. */
export interface FoundVideo {
  readonly id: string;
  /** Its file. */
  readonly source: string;
  /** Cosine of video and text, -1 to 1. */
  readonly similarity: number;
}

export interface RetrievedVideos {
  /** The folder that the model was read from. */
  readonly model: string;
  readonly teacher: string;
  readonly test: Views;
  /** Videos that were compared. */
  readonly videos: number;
  readonly leftOut: readonly LeftOutExample[];
  /** Where their features lie. */
  readonly features: string;
  /** Videos whose features were not there yet. */
  readonly fresh: number;
  /** For each text the videos that are nearest to it, the nearest first. */
  readonly answers: readonly { readonly text: string; readonly videos: readonly FoundVideo[] }[];
}

/**
 * Ranks videos by how near they are to texts, for a model that was pre-trained with captions. Several processes share the features out,
 * in a folder that all of them see, and take leave of each other (`close`).
 *
 * @throws CliError as `retrieveTable`, `openModel`, `captionSpace`; EvaluationError as `writeFeatures`; the signal's reason.
 */
export async function retrieveVideos(
  dataset: VideoDataset,
  options: RetrieveOptions,
  teacher: TeacherOptions = {},
  signal: AbortSignal = new AbortController().signal,
  collective: Collective = singleProcess(),
): Promise<RetrievedVideos> {
  const { text, count, features: folder, batchSize, threads, ...rest } = retrieveTable.check(options);
  const texts = typeof text === 'string' ? [text] : text;
  return withModel(
    rest.model,
    async (model, engine) => {
      const space = await captionSpace(model, teacher, engine);
      try {
        const queries = await space.ofTexts(texts);
        const test = await viewsOf(model.folder, rest.test);
        const recipe = recipeOf(model.encoder.config, test);
        const stage = 'features';
        const own = { folder, dataset, model, engine, recipe, batchSize, threads, signal, stage, collective };
        const features = await videoFeatures(own);
        await collective.close();
        const ranked = rankedList({ queries, gallery: space.ofVideos(features), length: count });
        const samples = await samplesById(dataset);
        return {
          model: model.folder.path,
          teacher: space.teacher,
          test,
          videos: features.count,
          leftOut: features.leftOut,
          features: features.folder,
          fresh: features.fresh,
          answers: texts.map((each, query) => ({
            text: each,
            videos: ranked[query]!.map(({ item, similarity }) => {
              const id = features.ids[item]!;
              return { id, source: samples.get(id)!.source, similarity };
            }),
          })),
        };
      } finally {
        await space.dispose();
      }
    },
    collective,
  );
}
