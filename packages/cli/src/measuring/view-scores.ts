import { type MultiViewScores, multiViewScores } from '@tgm/eval';
import type { Params, VideoMaeClassifier } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { inOrder, type LeftOutSample, videoExamples } from '@tgm/train';
import type { ClipRecipe, VideoDataset, VideoPool } from '@tgm/video-io';
import { noneReadable } from '../data/require-readable.js';

export interface ViewScoresOptions {
  readonly engine: Engine;
  readonly pool: VideoPool;
  readonly model: VideoMaeClassifier;
  readonly params: Params;
  readonly dataset: VideoDataset;
  /** Of all views. */
  readonly recipe: ClipRecipe;
  /** Views of one pass. */
  readonly batchSize: number;
  readonly signal: AbortSignal;
  /** Hears how many videos are done. */
  readonly onProgress?: (done: number, total?: number) => void;
}

/**
 * What a classifier says of videos that it was not trained on, in several views each; and the videos that cannot be read.
 *
 * @throws CliError `VIDEOS_INVALID` where no video can be read; EvaluationError as `multiViewScores`; the reason of `signal`.
 */
export async function viewScores(
  options: ViewScoresOptions,
): Promise<{ readonly scores: MultiViewScores; readonly leftOut: readonly LeftOutSample[] }> {
  const { pool, dataset, recipe, signal, ...work } = options;
  const leftOut: LeftOutSample[] = [];
  const examples = inOrder(videoExamples({ dataset, pool, recipe, views: recipe.clips }), {
    onLeftOut: (sample) => leftOut.push(sample),
  });
  const videos = {
    length: examples.length,
    async *[Symbol.asyncIterator]() {
      for await (const example of examples) {
        signal.throwIfAborted();
        yield example;
      }
      if (leftOut.length === dataset.length) throw noneReadable(dataset.name, leftOut);
    },
  };
  return { scores: await multiViewScores({ ...work, videos }), leftOut };
}
