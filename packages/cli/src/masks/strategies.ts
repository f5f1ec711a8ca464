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
  textGuidedMasking,
  tubeMasking,
  twoRatioMasking,
} from '@tgm/masking';

/** All that a strategy may read of a clip. */
export type KnownCues = TextCues & MotionCues & FlowCues & AttentionCues & PartCues;

/** A strategy that hides about a share of the tokens, 0.25 up to 1. */
type Make = (ratio: number) => MaskingStrategy<KnownCues>;

/** Of two ratios: of the quarter that matches best, half of what would stay visible is hidden, too. */
const SALIENT_SHARE = 0.25;
const twoRatio: Make = (ratio) => {
  const salientRatio = (1 + ratio) / 2;
  const backgroundRatio = (ratio - SALIENT_SHARE * salientRatio) / (1 - SALIENT_SHARE);
  return twoRatioMasking({ salientShare: SALIENT_SHARE, salientRatio, backgroundRatio });
};

/** Every strategy that learns nothing, by its name. A new one is a line. */
export const STRATEGIES = {
  text: (ratio) => textGuidedMasking({ ratio }),
  'text-bottom': (ratio) => textGuidedMasking({ ratio, select: 'bottom' }),
  'two-ratio': twoRatio,
  motion: (ratio) => motionGuidedMasking({ ratio }),
  'motion-magnitude': (ratio) => motionMagnitudeMasking({ ratio }),
  'motion-bins': (ratio) => motionBinsMasking({ ratio }),
  flow: (ratio) => flowGuidedMasking({ ratio }),
  'attention-high': (ratio) => attentionMasking({ ratio, select: 'high' }),
  'attention-low': (ratio) => attentionMasking({ ratio, select: 'low' }),
  // Without an epoch it is at the beginning of a training: it hides some of each part.
  semantic: (ratio) => semanticMasking({ ratio, epochs: 1 }),
  tube: (ratio) => tubeMasking({ ratio }),
  random: (ratio) => randomMasking({ ratio }),
  'random-slice': (ratio) => randomSliceMasking({ ratio }),
  frame: (ratio) => frameMasking({ ratio }),
  block: (ratio) => blockMasking({ ratio }),
  'multi-block': (ratio) => multiBlockMasking({ ratio }),
  causal: (ratio) => causalMasking({ ratio }),
  'running-cell': (ratio) => runningCellMasking({ ratio }),
} satisfies Readonly<Record<string, Make>>;

export type MaskName = keyof typeof STRATEGIES;

export const MASK_NAMES = Object.keys(STRATEGIES) as readonly MaskName[];
