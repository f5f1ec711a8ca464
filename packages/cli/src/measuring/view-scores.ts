import { EvaluationError, type MultiViewScores, multiViewScores } from '@tgm/eval';
import type { Params, VideoMaeClassifier } from '@tgm/models';
import type { Json } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Collective, gatherJson, inOrder, type LeftOutSample, videoExamples } from '@tgm/train';
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
  /** The processes that test together: each sees a share of the videos, and has what all find. */
  readonly collective: Collective;
  /** Hears how many videos this process is done with. */
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
  const { pool, dataset, recipe, signal, collective, ...work } = options;
  const examples = inOrder(videoExamples({ dataset, pool, recipe, views: recipe.clips }));
  const own: LeftOutSample[] = [];
  const videos = {
    length: examples.length,
    samples: examples.samples,
    async *read(from: number, to: number) {
      for await (const sample of examples.read(from, to)) {
        signal.throwIfAborted();
        if (sample.leftOut) own.push({ id: sample.id, ...sample.leftOut });
        yield sample;
      }
    },
    async *[Symbol.asyncIterator]() {
      for await (const sample of videos.read(0, examples.samples)) yield* sample.examples;
    },
  };
  // Ranks have consecutive shares, so that one behind the other they are in order.
  const leftOut = async () =>
    (await gatherJson(collective, own as unknown as Json)).flat() as unknown as LeftOutSample[];
  const processes = collective.size > 1 ? { processes: collective } : {};
  try {
    const scores = await multiViewScores({ ...work, ...processes, videos });
    return { scores, leftOut: await leftOut() };
  } catch (error) {
    // That there is none to be measured, all ranks find at once.
    if (!(error instanceof EvaluationError) || error.code !== 'TOO_FEW_EXAMPLES') throw error;
    throw noneReadable(dataset.name, await leftOut());
  }
}
