import type { Settings } from './settings.js';
import { checkSettings } from './settings-tables.js';

/** Any part of settings, as deep as it goes. */
export type Changes<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Name in keyof Value]?: Changes<Value[Name]> }
    : Value;

/**
 * A preset with changes over it: `withChanges(PRESETS['tgm-b-ssv2'], { length: { epochs: 10 } })`. What is not named stays. A masking of another
 * strategy and a sampling of another kind take the place of the old one as a whole, and so do lists.
 *
 * @throws TgmError `OPTION_INVALID` as `checkSettings`
 */
export function withChanges<S extends Settings>(settings: S, changes: Changes<S>): S {
  return checkSettings(merged(settings, changes)) as S;
}

/** What tells one kind of options from another: those of the old kind do not hold for the new. */
const KINDS = ['strategy', 'kind'] as const;

function merged(old: unknown, changes: unknown): unknown {
  if (changes === undefined) return old;
  if (!isPlain(old) || !isPlain(changes)) return changes;
  if (KINDS.some((name) => changes[name] !== undefined && changes[name] !== old[name])) return changes;
  const names = new Set([...Object.keys(old), ...Object.keys(changes)]);
  return Object.fromEntries([...names].map((name) => [name, merged(old[name], changes[name])]));
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
