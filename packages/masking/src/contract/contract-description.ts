import { showValue } from '@tgm/options';
import type { MaskingStrategy } from '../strategy.js';
import { broken } from './contract-expectations.js';
import { withSealedGlobals } from './sealed-globals.js';

/**
 * Throws unless two strategies of the same options, and one that was used, tell the same of themselves, in JSON.
 *
 * @param make gives a new strategy each time, with the same options.
 * @param use draws a mask.
 */
export function expectDescription<Cues extends object>(
  make: () => MaskingStrategy<Cues>,
  use: (strategy: MaskingStrategy<Cues>) => void,
  where: string,
): void {
  const strategy = make();
  const first = descriptionOf(strategy, where);
  use(strategy);
  for (const again of [strategy, make()]) {
    const next = descriptionOf(again, where);
    if (next !== first) throw broken(`the same description, ${first}`, next, where);
  }
}

function descriptionOf(strategy: MaskingStrategy<never>, where: string): string {
  const given: unknown = strategy.describe;
  if (typeof given !== 'function') throw broken('a function describe', showValue(given), where);
  let described: unknown;
  withSealedGlobals(where, () => {
    described = strategy.describe();
  });
  const { is } = (described ?? {}) as { is?: unknown };
  if (typeof is !== 'string' || is === '')
    throw broken('a text `is` in the description', showValue(is), where);
  expectJson(described, `${where}, description`);
  return JSON.stringify(described);
}

/** Throws unless JSON says the value as it is. */
function expectJson(value: unknown, where: string): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  const isPlain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain && !Array.isArray(value)) throw broken('what JSON can say', showValue(value), where);
  for (const [key, part] of Object.entries(value)) expectJson(part, `${where}.${key}`);
}
