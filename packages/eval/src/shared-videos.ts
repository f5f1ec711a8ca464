import type { SampledExamples } from './feature-files/feature-examples.js';
import { type Processes, shareOf } from './processes.js';
import type { TestVideo, TestVideos } from './test-video.js';

/**
 * The videos of which this process computes, each with its place among all of them. No other process has the same place; the videos of
 * one sample have one.
 *
 * @param batchSize views of a pass: as many videos are a whole number of passes, where all have as many views.
 */
export async function* sharedVideos(
  videos: TestVideos,
  processes: Processes | undefined,
  batchSize: number,
): AsyncGenerator<{ readonly at: number; readonly video: TestVideo }> {
  if (processes && isSampled(videos)) {
    const { from, to } = shareOf(processes, videos.samples, batchSize);
    let at = from;
    for await (const { examples } of videos.read(from, to)) {
      for (const video of examples) yield { at, video };
      at += 1;
    }
    return;
  }
  let at = 0;
  for await (const video of videos) {
    // How many are to come is not known.
    const owner = Math.floor(at / batchSize) % (processes?.size ?? 1);
    if (owner === (processes?.rank ?? 0)) yield { at, video };
    at += 1;
  }
}

const isSampled = (videos: TestVideos): videos is TestVideos & SampledExamples =>
  'read' in videos && typeof videos.read === 'function' && 'samples' in videos;
