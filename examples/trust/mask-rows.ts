import {
  type AttentionCues,
  attentionMasking,
  blockMasking,
  causalMasking,
  type FlowCues,
  flowGuidedMasking,
  frameMasking,
  type MaskingStrategy,
  type MotionCues,
  motionBinsMasking,
  motionGuidedMasking,
  motionMagnitudeMasking,
  multiBlockMasking,
  type PartCues,
  randomMasking,
  randomSliceMasking,
  runningCellMasking,
  semanticMasking,
  type TextCues,
  type TextGuidedMaskingOptions,
  type TokenGrid,
  type TokenScores,
  textGuidedMasking,
  tubeMasking,
  twoRatioMasking,
} from '@tgm/masking';
import type { PatchFeaturesVariant } from '@tgm/models';
import type { KnownClip } from './known-clips.js';
import type { Wording } from './wordings.js';

/** What masks may read about a known clip. */
export type KnownCues = TextCues & MotionCues & AttentionCues & PartCues & FlowCues;

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
  /** Passes over the data behind the clip. Default 0. */
  readonly epoch?: number;
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

const attention = (select: 'high' | 'low' | 'hint' | 'keep'): MaskEntry => ({
  name: `attention, ${select}`,
  masking: (ratio) => attentionMasking({ ratio, select }),
});

const EPOCHS = 100;
const semantic = (ratio: number) => semanticMasking({ ratio, epochs: EPOCHS });

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
  ...(['subtract', 'keep'] as const).flatMap((camera): MaskEntry[] => {
    return [
      { name: `motion, camera ${camera}`, masking: (ratio) => motionGuidedMasking({ ratio, camera }) },
      {
        name: `motion-magnitude, camera ${camera}`,
        masking: (ratio) => motionMagnitudeMasking({ ratio, camera }),
      },
    ];
  }),
  { name: 'motion-bins', masking: (ratio) => motionBinsMasking({ ratio }) },
  { name: 'flow', masking: (ratio) => flowGuidedMasking({ ratio }) },
  attention('high'),
  attention('low'),
  attention('hint'),
  attention('keep'),
  { name: 'semantic, begin', note: 'of a training', masking: semantic },
  { name: 'semantic, end', note: 'of a training', masking: semantic, epoch: EPOCHS },
];

type TextOptions = Omit<TextGuidedMaskingOptions, 'ratio'>;

const text = (
  name: string,
  rest: Omit<MaskEntry, 'name' | 'masking'> & { readonly options?: TextOptions } = {},
): MaskEntry => {
  const { options, ...entry } = rest;
  return {
    name,
    variant: 'value',
    wording: 'own',
    ...entry,
    masking: (ratio) => textGuidedMasking({ ...options, ratio }),
  };
};

/** Of the quarter that matches best, half of what would stay visible is hidden, too. */
const SALIENT_SHARE = 0.25;
function twoRatio(ratio: number): MaskingStrategy<TextCues> {
  const salientRatio = (1 + ratio) / 2;
  const backgroundRatio = (ratio - SALIENT_SHARE * salientRatio) / (1 - SALIENT_SHARE);
  return twoRatioMasking({ salientShare: SALIENT_SHARE, salientRatio, backgroundRatio });
}

/** The text-guided mask with its options and controls. */
export const TEXT_MASKS: readonly MaskEntry[] = [
  text('text'),
  text('text, per clip', { options: { per: 'clip' } }),
  text('text, per region', { note: '4 x 4 tokens', options: { per: { rows: 4, columns: 4 } } }),
  text('text, softened', { note: 'noise 1', options: { noise: 1 } }),
  text('text, half of it', { note: 'textShare 0.5', options: { textShare: 0.5 } }),
  { name: 'two-ratio', note: 'a quarter is salient', masking: (ratio) => twoRatio(ratio) },
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
  flow: clip.flow,
  attention: clip.attention,
  parts: clip.parts,
});
