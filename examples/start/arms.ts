import {
  type MaskingStrategy,
  motionGuidedMasking,
  randomSliceMasking,
  textGuidedMasking,
} from '@tgm/masking';
import type { CaptionedCues } from '@tgm/train';

/** One pre-training run of the comparison. */
export interface Arm {
  readonly name: 'random' | 'motion' | 'text';
  readonly description: string;
  /** The same in a few words. */
  readonly note: string;
  readonly masking: MaskingStrategy<CaptionedCues>;
  readonly contrastMasking?: MaskingStrategy<CaptionedCues>;
}

/**
 * The three ways of masking that are compared: same ratio, model, budget and seed.
 *
 * A text mask hides all of what the caption names. In the paper the video-text term looks at the same visible tokens;
 * on Moving Shapes those then hold no evidence for the caption and the representation collapses, so here the text run
 * contrasts a second, randomly masked view of each clip. It costs that run one more pass of the encoder.
 */
export function arms(ratio: number): readonly Arm[] {
  const percent = `${Math.round(ratio * 100)} %`;
  return [
    {
      name: 'random',
      description: `${percent} of each slice hidden at random; contrast on the same visible tokens (the paper's way)`,
      note: 'one view for both terms',
      masking: randomSliceMasking({ ratio }),
    },
    {
      name: 'motion',
      description: `a box of ${percent} of each slice that follows the codec's motion vectors; contrast on the same visible tokens (the paper's way)`,
      note: 'one view for both terms',
      masking: motionGuidedMasking({ ratio }),
    },
    {
      name: 'text',
      description: `the ${percent} of each slice that match the caption best (the paper's way); contrast on a second view, masked at random (ours)`,
      note: 'contrast on a second, random view',
      masking: textGuidedMasking({ ratio }),
      contrastMasking: randomSliceMasking({ ratio }),
    },
  ];
}
