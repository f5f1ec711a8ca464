import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';

/**
 * That a description is JSON, so that what is read back tells all that was said. Of NaN, a function or a `Map` nothing would
 * be kept, and another run would be taken for the same.
 *
 * @throws TrainError `OPTION_INVALID` with the path of what is none.
 */
export function requireJson(description: unknown): void {
  check(description, [], new Set());
}

function check(value: unknown, path: readonly string[], around: ReadonlySet<unknown>): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if ((Array.isArray(value) || isRecord(value)) && !around.has(value)) {
    for (const [name, each] of Object.entries(value)) {
      // JSON leaves it out, as an option that is not given.
      if (each !== undefined || Array.isArray(value))
        check(each, [...path, name], new Set([...around, value]));
    }
    return;
  }
  throw new TrainError('OPTION_INVALID', {
    where: `trainer, what describe gives, ${path.join('.')}`,
    expected: 'JSON: null, true or false, a finite number, a text, or a list or record of them',
    received: around.has(value) ? 'a value that holds itself' : showValue(value),
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
