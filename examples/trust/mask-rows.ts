import {
  type AttentionCues,
  blockMasking,
  causalMasking,
  frameMasking,
  type MaskingStrategy,
  type MotionCues,
  motionGuidedMasking,
  motionMagnitudeMasking,
  multiBlockMasking,
  type PartCues,
  randomMasking,
  randomSliceMasking,
  runningCellMasking,
  type TextCues,
  type TextGuidedMaskingOptions,
  type TokenGrid,
  type TokenScores,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';
import type { PatchFeaturesVariant } from '@tgm/models';
import type { KnownClip } from './known-clips.js';
import type { Wording } from './wordings.js';

/** What masks may read about a known clip. */
export type KnownCues = TextCues & MotionCues & AttentionCues & PartCues;

/** One strategy of the table: a line each. */
export interface MaskEntry {
  readonly name: string;
  readonly note?: string;
  readonly masking: (ratio: number) => MaskingStrategy<KnownCues>;
  /** Of CLIP's patch features, where the mask follows a caption. Default `value`. */
  readonly variant?: PatchFeaturesVariant;
  /** Which caption it follows. Default `own`. */
  readonly wording?: Wording;
  /** Scores in place of CLIP's. */
  readonly scores?: (clip: KnownClip) => TokenScores;
}

/** The nearer to the middle of the frame, the higher. */
function centreScores({ slices, rows, columns }: TokenGrid): TokenScores {
  return Float32Array.from({ length: slices * rows * columns }, (_, token) => {
    const row = Math.floor(token / columns) % rows;
    return -Math.hypot(row + 0.5 - rows / 2, (token % columns) + 0.5 - columns / 2);
  });
}

/** A control: the named object of Moving Shapes is in the middle most of the time, so a mask need not look to hide it. */
export const CENTRE: MaskEntry = {
  name: 'centre',
  note: 'the middle of each slice, whatever it shows',
  masking: (ratio) => textGuidedMasking({ ratio }),
  scores: ({ grid }) => centreScores(grid),
};

export const RANDOM: MaskEntry = { name: 'random', masking: (ratio) => randomMasking({ ratio }) };

/** Strategies that learn nothing. A new one is a line. */
export const MASKS: readonly MaskEntry[] = [
  RANDOM,
  { name: 'random-slice', masking: (ratio) => randomSliceMasking({ ratio }) },
  { name: 'tube', masking: (ratio) => tubeMasking({ ratio }) },
  CENTRE,
  { name: 'frame', masking: (ratio) => frameMasking({ ratio }) },
  { name: 'block', masking: (ratio) => blockMasking({ ratio }) },
  { name: 'multi-block', masking: (ratio) => multiBlockMasking({ ratio }) },
  { name: 'causal', masking: (ratio) => causalMasking({ ratio }) },
  { name: 'running-cell', masking: (ratio) => runningCellMasking({ ratio }) },
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
export const cuesOf = (
  clip: KnownClip,
  { variant = 'value', wording = 'own', scores }: MaskEntry,
): KnownCues => ({
  tokenScores: scores ? scores(clip) : clip.scores[variant][wording],
  motion: clip.motion,
  attention: clip.attention,
  parts: clip.parts,
});
