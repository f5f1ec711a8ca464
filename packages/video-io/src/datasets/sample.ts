import { showValue } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { VideoDataset, VideoSample } from '../video.js';
import { isLabel } from './label.js';

/** What every sample has, and what it may have. */
const SAMPLE =
  'a sample (with id and source, two texts, and captions, a list of texts; ' +
  'label, if any, is a whole number from 0 or such numbers by name, and start and end are seconds)';

/**
 * One sample of a data set, which may be anyone's.
 *
 * @throws {VideoError} `OPTION_INVALID` where the data set gives none; what its `at` throws.
 */
export async function sampleAt(dataset: VideoDataset, index: number): Promise<VideoSample> {
  const sample: unknown = await dataset.at(index);
  requireSample(`data set "${dataset.name}", sample ${index}`, sample);
  return sample;
}

/** @throws {VideoError} `OPTION_INVALID` */
export function requireSample(where: string, value: unknown): asserts value is VideoSample {
  const { id, source, captions, label, start, end } = (value ?? {}) as Partial<VideoSample>;
  const named = isText(id) && id !== '' && isText(source) && source !== '';
  const captioned = Array.isArray(captions) && captions.every(isText);
  const labelled = label === undefined || isLabel(label);
  if (named && captioned && labelled && [start, end].every(isTime)) return;
  throw new VideoError('OPTION_INVALID', { where, expected: SAMPLE, received: showValue(value) });
}

/** A section may end after its video, whatever its length. */
const isTime = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && !Number.isNaN(value));

const isText = (value: unknown): value is string => typeof value === 'string';
