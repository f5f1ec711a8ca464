import { type Interval, intervals, multiViewScores } from '@tgm/eval';
import type { Params, VideoMaeClassifier } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { inOrder, type LeftOutSample, videoExamples } from '@tgm/train';
import type { ClipRecipe, VideoDataset, VideoPool } from '@tgm/video-io';

export interface ViewsTestOptions {
  readonly engine: Engine;
  readonly pool: VideoPool;
  readonly model: VideoMaeClassifier;
  readonly params: Params;
  readonly dataset: VideoDataset;
  /** Of all views. */
  readonly recipe: ClipRecipe;
  readonly signal: AbortSignal;
  /** Hears how many videos are done. */
  readonly onProgress?: (done: number, total?: number) => void;
}

/** What a classifier gets right, as `tgm evaluate` tells it too. */
export interface ViewsTest {
  /** Videos that were measured. */
  readonly videos: number;
  /** Videos that cannot be read, and why. */
  readonly leftOut: readonly LeftOutSample[];
  /** Accuracies in per cent, each with the interval of 95 % that the choice of the videos leaves. */
  readonly figures: Readonly<Record<string, Interval>>;
}

/** Views of one pass. More at a time take memory and are no faster on a processor. */
const VIEWS_A_PASS = 16;

/**
 * Tests a classifier on videos that it was not trained on, in several views each.
 *
 * @throws what `multiViewScores` of `@tgm/eval` throws, and the reason of `signal`.
 */
export async function testOfViews(options: ViewsTestOptions): Promise<ViewsTest> {
  const { engine, pool, model, params, dataset, recipe, signal, onProgress } = options;
  const source = videoExamples({ dataset, pool, recipe, views: recipe.clips });
  const leftOut: LeftOutSample[] = [];
  const examples = inOrder(source, { onLeftOut: (sample) => leftOut.push(sample) });
  const videos = {
    length: examples.length,
    async *[Symbol.asyncIterator]() {
      for await (const video of examples) {
        signal.throwIfAborted();
        yield video;
      }
    },
  };
  const told = onProgress && { onProgress };
  const scores = await multiViewScores({ engine, model, params, videos, batchSize: VIEWS_A_PASS, ...told });
  return { videos: scores.videos, leftOut, figures: intervals(scores.outcome) };
}
