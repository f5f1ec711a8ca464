import {
  causalMasking,
  type MaskingStrategy,
  type MotionCues,
  motionGuidedMasking,
  motionMagnitudeMasking,
  randomMasking,
  randomSliceMasking,
  type TextCues,
  type TextGuidedMaskingOptions,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import type { PatchFeaturesVariant } from '@tgm/models';
import type { KnownClip, Wording } from './known-clips.js';

/** What masks may read about a known clip. */
export type KnownCues = TextCues & MotionCues;

/** One strategy of the table: a line each. */
export interface MaskEntry {
  readonly name: string;
  readonly note?: string;
  readonly masking: (ratio: number) => MaskingStrategy<KnownCues>;
  /** Of CLIP's patch features, where the mask follows a caption. Default `value`. */
  readonly variant?: PatchFeaturesVariant;
  /** Which caption it follows. Default `own`. */
  readonly wording?: Wording;
}

/** Strategies that learn nothing. A new one is a line. */
export const MASKS: readonly MaskEntry[] = [
  { name: 'random', masking: (ratio) => randomMasking({ ratio }) },
  { name: 'random-slice', masking: (ratio) => randomSliceMasking({ ratio }) },
  { name: 'tube', masking: (ratio) => tubeMasking({ ratio }) },
  { name: 'causal', masking: (ratio) => causalMasking({ ratio }) },
  { name: 'motion', masking: (ratio) => motionGuidedMasking({ ratio }) },
  { name: 'motion-magnitude', masking: (ratio) => motionMagnitudeMasking({ ratio }) },
];

type TextOptions = Omit<TextGuidedMaskingOptions, 'ratio'>;

const text = (
  name: string,
  rest: Omit<MaskEntry, 'name' | 'masking'> & { readonly options?: TextOptions } = {},
): MaskEntry => {
  const { options, ...entry } = rest;
  return { name, ...entry, masking: (ratio) => textGuidedMasking({ ...options, ratio }) };
};

/** The text-guided mask with its options and controls. */
export const TEXT_MASKS: readonly MaskEntry[] = [
  text('text'),
  text('text, half of it', { note: 'textShare 0.5', options: { textShare: 0.5 } }),
  text('text, bottom', { options: { select: 'bottom' } }),
  text('text, shuffled caption', { note: 'of another clip', wording: 'shuffled' }),
  text('text, wrong caption', { note: 'another colour and shape', wording: 'wrong' }),
  text('text, value-residual', { variant: 'value-residual' }),
  text('text, value-residual, wrong caption', { variant: 'value-residual', wording: 'wrong' }),
  text('text, raw', { variant: 'raw' }),
  text('text, raw, wrong caption', { variant: 'raw', wording: 'wrong' }),
];

/** What the strategies read of a clip, as this entry has it. */
export const cuesOf = (clip: KnownClip, { variant = 'value', wording = 'own' }: MaskEntry): KnownCues => ({
  tokenScores: clip.scores[variant][wording],
  motion: clip.motion,
});
