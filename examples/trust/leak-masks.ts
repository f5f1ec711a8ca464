import {
  type AttentionCues,
  attentionMasking,
  type MaskingStrategy,
  type MotionCues,
  mixedMasking,
  motionBinsMasking,
  motionGuidedMasking,
  motionMagnitudeMasking,
  randomSliceMasking,
  type TextCues,
  textGuidedMasking,
  tubeMasking,
} from '@tgm/masking';

export type LeakCues = TextCues & MotionCues & AttentionCues;

/** One strategy of the table. */
export interface LeakMask {
  readonly name: string;
  readonly note?: string;
  readonly masking: MaskingStrategy<LeakCues>;
}

/** The demo's ratio. */
const ratio = 0.75;

/** What contrast may see of a clip. A new one is a line. */
export const LEAK_MASKS: readonly LeakMask[] = [
  { name: 'random', masking: randomSliceMasking({ ratio }) },
  { name: 'tube', masking: tubeMasking({ ratio }) },
  { name: 'text', masking: textGuidedMasking({ ratio }) },
  { name: 'text, bottom', masking: textGuidedMasking({ ratio, select: 'bottom' }) },
  { name: 'text, softened', note: 'noise 1', masking: textGuidedMasking({ ratio, noise: 1 }) },
  {
    name: 'text, per region',
    note: '4 x 4 tokens',
    masking: textGuidedMasking({ ratio, per: { rows: 4, columns: 4 } }),
  },
  {
    name: 'text, a third of it',
    note: 'textShare 1 / 3',
    masking: textGuidedMasking({ ratio, textShare: 1 / 3 }),
  },
  {
    name: 'text, half at random',
    note: 'mixedMasking 0.5',
    masking: mixedMasking(textGuidedMasking({ ratio }), randomSliceMasking({ ratio }), { share: 0.5 }),
  },
  { name: 'motion', masking: motionGuidedMasking({ ratio }) },
  { name: 'motion-bins', masking: motionBinsMasking({ ratio }) },
  { name: 'motion-magnitude', masking: motionMagnitudeMasking({ ratio }) },
  {
    name: 'attention',
    note: 'of the class token of CLIP',
    masking: attentionMasking({ ratio, select: 'high' }),
  },
];
