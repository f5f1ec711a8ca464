import { optional, optionTable, passing, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { ClassNames, VideoDataset, VideoSample } from '../video.js';
import { isClassNames } from './label.js';
import { outOfRange } from './out-of-range.js';
import { requireSample } from './sample.js';

const ARGUMENTS = optionTable(
  'datasetOf',
  {
    name: text(),
    samples: passing('a list of samples', (value): value is VideoSample[] => Array.isArray(value)),
    classes: optional(passing('a list of names, or such lists by name', isClassNames)),
  },
  VideoError,
);

/**
 * A data set of samples that are in memory.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function datasetOf(name: string, samples: readonly VideoSample[], classes?: ClassNames): VideoDataset {
  ARGUMENTS.check({ name, samples, classes });
  for (const [index, sample] of samples.entries()) requireSample(`datasetOf, sample ${index}`, sample);
  return {
    name,
    ...(classes && { classes }),
    length: samples.length,
    async at(index) {
      // A text such as "0" would name a member of the list, too.
      const sample = typeof index === 'number' ? samples[index] : undefined;
      return sample ?? outOfRange(name, samples.length, index);
    },
  };
}
