import type { VideoDataset, VideoSample } from '../video.js';
import { outOfRange } from './out-of-range.js';

/** A data set of samples that are in memory. */
export function datasetOf(
  name: string,
  samples: readonly VideoSample[],
  classes?: readonly string[],
): VideoDataset {
  return {
    name,
    ...(classes && { classes }),
    length: samples.length,
    async at(index) {
      return samples[index] ?? outOfRange(name, samples.length, index);
    },
  };
}
