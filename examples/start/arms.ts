import {
  type MaskingStrategy,
  type MotionCues,
  motionGuidedMasking,
  randomSliceMasking,
  type TextCues,
  textGuidedMasking,
} from '@tgm/masking';

/** What masks may read about a clip. */
export type DemoCues = TextCues & MotionCues;

/** Which tokens a strategy hides. */
export type MaskName = 'random' | 'motion' | 'text';

/** One pre-training run of the comparison. */
export interface Arm {
  readonly name: string;
  /** A few words for tables. */
  readonly note: string;
  readonly description: string;
  /** Of its curve and its row. */
  readonly colour: string;
  readonly mask: MaskName;
  readonly masking: MaskingStrategy<DemoCues>;
  /** Masks a second view, which meets the caption; without one, the same visible tokens do. */
  readonly secondView?: MaskingStrategy<DemoCues>;
  /** Whether the reconstruction loss is part of the objective. */
  readonly reconstructs: boolean;
  /** Trains on clips whose every pixel is the same grey, so that the encoder sees positions only. */
  readonly grey: boolean;
}

/** What `npm start` compares: each differs from the first in one thing. */
export const COMPARED: readonly string[] = ['random', 'text', 'contrast'];

const COLOURS = { random: '#4878a8', text: '#3c8c50', motion: '#c8781e', contrast: '#8a5ca8' } as const;

/**
 * All arms of one ratio: same model, budget and seed.
 *
 * - `random`, `text`, `motion`: reconstruct what the mask hides; the contrastive term looks at a second view, masked at
 *   random, which is the same for all.
 * - `contrast`: as `random`, without the reconstruction loss. Its steps are cheaper, since nothing else needs the first view.
 * - `…-one-view`: both terms look at the tokens that the mask leaves, as in the paper.
 * - `…-grey`: the contrastive term alone, one view, on grey clips. What it learns there, it reads off the shape of the mask.
 */
export function arms(ratio: number): readonly Arm[] {
  const percent = `${Math.round(ratio * 100)} %`;
  const hides: Readonly<Record<MaskName, string>> = {
    random: `${percent} of each slice, at random`,
    motion: `a box of ${percent} of each slice that follows the codec's motion vectors`,
    text: `the ${percent} of each slice that match the caption best`,
  };
  const strategies: Readonly<Record<MaskName, MaskingStrategy<DemoCues>>> = {
    random: randomSliceMasking({ ratio }),
    motion: motionGuidedMasking({ ratio }),
    text: textGuidedMasking({ ratio }),
  };
  const twoViews = { secondView: strategies.random, grey: false } as const;
  const masks = Object.keys(strategies) as MaskName[];
  return [
    ...masks.map(
      (mask): Arm => ({
        name: mask,
        note: `${mask} masks, second view for contrast`,
        description: `hides ${hides[mask]}; contrast on a second view, masked at random`,
        colour: COLOURS[mask],
        mask,
        masking: strategies[mask],
        reconstructs: true,
        ...twoViews,
      }),
    ),
    {
      name: 'contrast',
      note: 'as random, no reconstruction loss',
      description: 'as random, without the reconstruction loss: only contrast on the second view trains',
      colour: COLOURS.contrast,
      mask: 'random',
      masking: strategies.random,
      reconstructs: false,
      ...twoViews,
    },
    ...masks.map(
      (mask): Arm => ({
        name: `${mask}-one-view`,
        note: `${mask} masks, one view`,
        description: `hides ${hides[mask]}; contrast on the tokens that are left (the paper's way)`,
        colour: COLOURS[mask],
        mask,
        masking: strategies[mask],
        reconstructs: true,
        grey: false,
      }),
    ),
    ...masks.map(
      (mask): Arm => ({
        name: `${mask}-grey`,
        note: `${mask} masks, contrast alone, grey clips`,
        description: `hides ${hides[mask]}; only contrast, on the tokens that are left, and every pixel is grey`,
        colour: COLOURS[mask],
        mask,
        masking: strategies[mask],
        reconstructs: false,
        grey: true,
      }),
    ),
  ];
}

/** Passes of the encoder and the decoder in a step. */
export const passes = (arm: Arm): number =>
  (arm.reconstructs ? 2 : 0) + (arm.secondView || !arm.reconstructs ? 1 : 0);
