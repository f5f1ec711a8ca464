import { TrainError } from '../errors.js';

/** @throws TrainError of the code unless all numbers are finite. */
export function requireFinite(
  code: 'OPTION_INVALID' | 'EXAMPLE_INVALID',
  where: string,
  values: Float32Array,
): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new TrainError(code, {
    where,
    expected: 'finite numbers',
    received: `${values[at]} at position ${at}`,
  });
}
