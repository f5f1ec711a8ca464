import { VideoError } from '../errors.js';

/** @throws {VideoError} `ARGUMENT_INVALID` for a value that is not a whole number of 1 or more. */
export function requirePositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new VideoError('ARGUMENT_INVALID', `Expected ${name} to be an integer of 1 or more, got ${value}.`);
  }
}
