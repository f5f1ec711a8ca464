import { merged } from '../config/layers.js';
import { checkSettings } from './check-settings.js';
import type { Settings } from './settings.js';

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
 * @throws CliError `OPTION_INVALID` as `checkSettings`
 */
export function withChanges<S extends Settings>(settings: S, changes: Changes<S>): S {
  return checkSettings(merged(settings, changes)) as S;
}
