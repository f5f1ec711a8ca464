import { VideoError } from './errors.js';
import type { VideoDataset, VideoSample } from './video.js';

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
      const sample = samples[index];
      if (sample !== undefined) return sample;
      const message = `Expected a sample number from 0 to ${samples.length - 1} of "${name}", got ${index}.`;
      throw new VideoError('ARGUMENT_INVALID', message, { source: name });
    },
  };
}
