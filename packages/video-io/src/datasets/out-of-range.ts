import { showValue } from '@tgm/options';
import { VideoError } from '../errors.js';

/** @throws {VideoError} `OPTION_INVALID` for a sample number that a data set does not have. */
export function outOfRange(name: string, length: number, index: unknown): never {
  const expected =
    length === 0 ? 'no sample number, for there are no samples' : `a sample number from 0 to ${length - 1}`;
  throw new VideoError('OPTION_INVALID', { source: name, expected, received: showValue(index) });
}
