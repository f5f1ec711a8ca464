import {
  type MaskingStrategy,
  type MotionCues,
  motionGuidedMasking,
  motionGuidedMaskingOptions,
  randomMasking,
  randomMaskingOptions,
  randomSliceMasking,
  randomSliceMaskingOptions,
  type TextCues,
  textGuidedMasking,
  textGuidedMaskingOptions,
  tubeMasking,
  tubeMaskingOptions,
} from '@tgm/masking';
import type { Fields, OptionTable } from '@tgm/options';

/** The maskings that a configuration can name, by their factories. */
export const MASKINGS = {
  tube: tubeMasking,
  random: randomMasking,
  'random-slice': randomSliceMasking,
  motion: motionGuidedMasking,
  text: textGuidedMasking,
} as const;

type Maskings = typeof MASKINGS;
export type MaskingName = keyof Maskings;

/** The tables by which the factories check their options. */
export const MASKING_TABLES: Readonly<Record<MaskingName, OptionTable<Fields>>> = {
  tube: tubeMaskingOptions,
  random: randomMaskingOptions,
  'random-slice': randomSliceMaskingOptions,
  motion: motionGuidedMaskingOptions,
  text: textGuidedMaskingOptions,
};

/** A masking as data: its name and the options of its factory. */
export type MaskingSettings = {
  [Name in MaskingName]: { readonly strategy: Name } & Parameters<Maskings[Name]>[0];
}[MaskingName];

/** The cues that a named masking may read; `requires` of the strategy says which it does. */
export type SettingsCues = TextCues & MotionCues;

/**
 * The strategy that settings tell of.
 *
 * @throws MaskingError `OPTION_INVALID`
 */
export function maskingOf({ strategy, ...options }: MaskingSettings): MaskingStrategy<SettingsCues> {
  const make = MASKINGS[strategy] as (options: object) => MaskingStrategy<SettingsCues>;
  return make(options);
}
