import { VideoError } from '../errors.js';

/** @throws {VideoError} `ARGUMENT_INVALID` for a sample number that a data set does not have. */
export function outOfRange(name: string, length: number, index: number): never {
  const message = `Expected a sample number from 0 to ${length - 1} of "${name}", got ${index}.`;
  throw new VideoError('ARGUMENT_INVALID', message, { source: name });
}
