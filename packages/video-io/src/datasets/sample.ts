import { showValue } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { VideoDataset, VideoSample } from '../video.js';

/** What every sample has. */
const SAMPLE = 'a sample (with id and source, two texts, and captions, a list of texts)';

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
  const { id, source, captions } = (value ?? {}) as Partial<VideoSample>;
  const named = isText(id) && id !== '' && isText(source) && source !== '';
  if (named && Array.isArray(captions) && captions.every(isText)) return;
  throw new VideoError('OPTION_INVALID', { where, expected: SAMPLE, received: showValue(value) });
}

const isText = (value: unknown): value is string => typeof value === 'string';
