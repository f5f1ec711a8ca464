import { ModelError } from '../errors.js';

/** The refusal of a file that holds what another model or setting made. */
export function ofAnotherSource(where: string, now: string, before: string): ModelError {
  return new ModelError('CONFIG_INVALID', {
    where,
    expected: `${now}, as this run has`,
    received: before,
    advice: 'Give this run a file of its own, so that no file has texts of two kinds.',
  });
}
