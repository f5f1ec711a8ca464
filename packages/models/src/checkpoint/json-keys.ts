import { showValue } from '@tgm/options';
import { ModelError } from '../errors.js';

export type Json = Readonly<Record<string, unknown>>;

/** A value that one key must have, and why. */
export interface FixedKey {
  readonly key: string;
  /** What the key may say. A key that is missing or null is let pass. */
  readonly values: readonly unknown[];
  /** Sentences: why, and what would do. */
  readonly advice: string;
}

/** Keys of every config.json that would make another model of the same tensors, or other tensors. */
const ANY_MODEL: readonly FixedKey[] = [
  {
    key: 'quantization_config',
    values: [undefined],
    advice:
      'Weights are read as numbers of 16, 32 or 64 bits: dequantise the model in Python, and save it again.',
  },
];

/** @throws ModelError with `CONFIG_INVALID` */
export function requireKeys(where: string, json: Json, keys: readonly FixedKey[]): void {
  for (const { key, values, advice } of [...ANY_MODEL, ...keys]) {
    const value = json[key] ?? undefined;
    if (value === undefined || values.includes(value)) continue;
    throw new ModelError('CONFIG_INVALID', {
      where: `${where}, key ${key}`,
      expected: values.map((known) => (known === undefined ? 'no such key' : showValue(known))).join(' or '),
      received: showValue(value),
      advice,
    });
  }
  const pruned = json.pruned_heads;
  if (typeof pruned !== 'object' || pruned === null || Object.keys(pruned).length === 0) return;
  throw new ModelError('CONFIG_INVALID', {
    where: `${where}, key pruned_heads`,
    expected: 'no pruned heads, since every block has all of its heads here',
    received: showValue(pruned),
  });
}

/** A size that Python's configurations write as one number or, of height and width, as a list. */
export function squareSides(where: string, json: Json, keys: readonly string[]): Json {
  const sides = keys.map((key) => {
    const value = json[key];
    if (!Array.isArray(value)) return [key, value];
    if (value.length === 2 && value[0] === value[1]) return [key, value[0]];
    throw new ModelError('CONFIG_INVALID', {
      where: `${where}, key ${key}`,
      expected: 'one length, or two that are equal, since pictures and patches are square here',
      received: showValue(value),
    });
  });
  return { ...json, ...Object.fromEntries(sides.filter(([, value]) => value !== undefined)) };
}
