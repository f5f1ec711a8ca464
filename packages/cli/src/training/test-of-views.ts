import { multiViewTest } from '@tgm/eval';
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
  readonly onLeftOut?: (sample: LeftOutSample) => void;
}

/** Views of one pass. More at a time take memory and are no faster on a processor. */
const VIEWS_A_PASS = 16;

/**
 * What a classifier gets right of videos that it was not trained on, seen in several views each: figures by name, with intervals.
 *
 * @throws what `multiViewTest` of `@tgm/eval` throws, and the reason of `signal`.
 */
export async function testOfViews(options: ViewsTestOptions): Promise<Readonly<Record<string, number>>> {
  const { engine, pool, model, params, dataset, recipe, signal, onProgress, onLeftOut } = options;
  const source = videoExamples({ dataset, pool, recipe, views: recipe.clips });
  const examples = inOrder(source, onLeftOut ? { onLeftOut } : {});
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
  const test = multiViewTest({ engine, model, videos, batchSize: VIEWS_A_PASS, intervals: true, ...told });
  return test.evaluate(params);
}
