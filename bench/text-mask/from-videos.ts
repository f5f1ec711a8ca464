import { join } from 'node:path';
import type { VideoMae } from '@tgm/models';
import { openScores, storedTextCues, videoExamples, writeScores } from '@tgm/train';
import { datasetOf, pretrainingRecipe, videoPool } from '@tgm/video-io';
import { makeVideo } from '../make-video.js';
import type { TextMaskCase } from './cases.js';
import { noiseEncoder } from './noise-encoder.js';

/** Samples of one file, twice as many as a batch and at least 16, each with three captions. */
const datasetIn = (folder: string, { batch }: TextMaskCase) =>
  datasetOf(
    'bench',
    Array.from({ length: Math.max(16, 2 * batch) }, (_, at) => ({
      id: `${at}`,
      source: join(folder, 'video.mp4'),
      captions: Array.from({ length: 3 }, (_, caption) => `caption ${caption} of ${at}`),
    })),
  );

/** Writes the video of a case and the scores of its samples into a folder. */
export async function prepareVideos(folder: string, each: TextMaskCase): Promise<void> {
  makeVideo(join(folder, 'video.mp4'), each.video);
  const pool = videoPool({ workers: 1 });
  try {
    await writeScores({
      ...{ folder: join(folder, 'scores'), dataset: datasetIn(folder, each), pool },
      encoder: noiseEncoder,
    });
  } finally {
    await pool.close();
  }
}

/** Clips that are cut from the video as training does, with stored scores if they are asked for. */
export async function fromVideos(each: TextMaskCase, model: VideoMae, folder: string) {
  const { config, stride } = each;
  const dataset = datasetIn(folder, each);
  const { numFrames: frameCount, imageSize } = config;
  const videos = {
    dataset,
    pool: videoPool({ workers: 1 }),
    recipe: pretrainingRecipe({ frameCount, stride, size: { width: imageSize, height: imageSize } }),
  };
  const store = await openScores(join(folder, 'scores'), { encoder: noiseEncoder, dataset });
  return {
    plain: () => videoExamples(videos),
    scored: () => videoExamples({ ...videos, cues: storedTextCues({ store, grid: model.grid }) }),
  };
}
