import {
  type MaskingStrategy,
  type MotionCues,
  motionGuidedMasking,
  randomMasking,
  randomSliceMasking,
  type TextCues,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';

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
