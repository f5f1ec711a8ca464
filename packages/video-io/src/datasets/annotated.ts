import { basename } from 'node:path';
import type { ClassNames, VideoSample } from '../video.js';
import type { AnnotatedDataset, BadRow } from './bad-rows.js';
import { datasetOf } from './in-memory.js';
import { manifestFault } from './tables/fault.js';

/**
 * The samples that an annotation file gave, under its name.
 *
 * @throws {VideoError} `MANIFEST_INVALID` where there are none.
 */
export function annotated(
  path: string,
  samples: readonly VideoSample[],
  badRows: readonly BadRow[],
  classes?: ClassNames,
): AnnotatedDataset {
  if (samples.length === 0) throw manifestFault(path, 'at least one sample', 'none');
  return { ...datasetOf(basename(path), samples, classes), badRows };
}
