import { showValue } from '@tgm/options';
import { VideoError } from '../errors.js';

/** @throws {VideoError} `OPTION_INVALID` for a value that is not a whole number of 1 or more. */
export function requirePositive(where: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new VideoError('OPTION_INVALID', {
      where: `${where}, argument ${name}`,
      expected: 'a whole number from 1',
      received: showValue(value),
    });
  }
}
