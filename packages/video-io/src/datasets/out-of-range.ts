import { VideoError } from '../errors.js';

/** @throws {VideoError} `OPTION_INVALID` for a sample number that a data set does not have. */
export function outOfRange(name: string, length: number, index: number): never {
  const expected = `a sample number from 0 to ${length - 1}`;
  throw new VideoError('OPTION_INVALID', { source: name, expected, received: `${index}` });
}
