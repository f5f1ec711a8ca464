import {
  type MaskingStrategy,
  type MotionCues,
  mixedMasking,
  randomMasking,
  randomSliceMasking,
  type TextCues,
  textGuidedMasking,
} from '@tgm/masking';
import { TRAINING } from './settings.js';

/** What masks may read about a clip. */
export type DemoCues = TextCues & MotionCues;

/** Whose caption guides a mask that reads one: the one that the contrastive term sees, another of the video, or another video's. */
export type Guide = 'own' | 'paraphrase' | 'shuffled';

/** What the encoder sees of a clip. */
export interface ArmView {
  readonly masking: MaskingStrategy<DemoCues>;
  /** As in the views of `pretrain`. */
  readonly positions: 'grid' | 'none';
}

/** One pre-training run of the comparison. */
export interface Arm {
  readonly name: string;
  /** A few words for tables. */
  readonly note: string;
  readonly description: string;
  /** Which of the masks of the report's pictures is its. */
  readonly mask: 'random' | 'text';
  /** Of the view that is reconstructed. */
  readonly masking: MaskingStrategy<DemoCues>;
  /** A second view, which meets the caption; without one, the same visible tokens do. */
  readonly secondView?: ArmView;
  /** Which of the masked tokens are reconstructed. */
  readonly decoderMasking: MaskingStrategy<DemoCues>;
  readonly guide: Guide;
  /** Whether the reconstruction loss is part of the objective. */
  readonly reconstructs: boolean;
}

/** What `npm start` compares: each differs from the first in one thing. */
export const COMPARED: readonly string[] = ['random', 'text', 'contrast'];

/** Deviations of the noise on softened scores; cells of a side of a region. */
const NOISE = 1;
const REGION = { rows: 4, columns: 4 };

/**
 * All arms of one ratio: same model, budget and seed. `random`, `text` and `contrast` have a second view for contrast, masked at
 * random. Those with `one-view` have the paper's single view for both terms. The others are ways out of what a text mask does to
 * contrast: each differs from `text-one-view` in one thing.
 */
export function arms(ratio: number): readonly Arm[] {
  const percent = `${Math.round(ratio * 100)} %`;
  const atRandom = randomSliceMasking({ ratio });
  const byText = textGuidedMasking({ ratio });
  const share = TRAINING.reconstructShare;
  const base = {
    mask: 'random',
    masking: atRandom,
    decoderMasking: randomMasking({ ratio: share }),
    guide: 'own',
    reconstructs: true,
  } as const;
  const text = { ...base, mask: 'text', masking: byText } as const;
  const twoViews = { secondView: { masking: atRandom, positions: 'grid' } } as const;
  const hidesRandom = `hides ${percent} of each slice, at random`;
  const hidesText = `hides the ${percent} of each slice that match the caption best`;
  const onSecond = 'contrast on a second view, masked at random';
  const onSame = 'contrast on the tokens that are left';
  return [
    {
      ...base,
      ...twoViews,
      name: 'random',
      note: 'random masks, second view for contrast',
      description: `${hidesRandom}; ${onSecond}`,
    },
    {
      ...text,
      ...twoViews,
      name: 'text',
      note: 'text masks, second view for contrast',
      description: `${hidesText}; ${onSecond}`,
    },
    {
      ...base,
      ...twoViews,
      name: 'contrast',
      note: 'as random, no reconstruction loss',
      description: 'as random, without the reconstruction loss: only contrast on the second view trains',

      reconstructs: false,
    },
    {
      ...text,
      ...twoViews,
      name: 'text-shuffled',
      note: 'as text, masks by the caption of another video',
      description: `${hidesText} of another video; ${onSecond}`,
      guide: 'shuffled',
    },
    {
      ...base,
      name: 'random-one-view',
      note: 'random masks, one view',
      description: `${hidesRandom}; ${onSame}`,
    },
    {
      ...base,
      name: 'random-text-decoder',
      note: 'random masks, one view; the decoder reconstructs what matches the caption',
      description: `${hidesRandom}; reconstructs those that match the caption best; ${onSame}`,
      decoderMasking: textGuidedMasking({ ratio: share }),
    },
    {
      ...text,
      name: 'text-one-view',
      note: "text masks, one view: the paper's way",
      description: `${hidesText}; ${onSame} (the paper's way)`,
    },
    {
      ...text,
      name: 'text-paraphrase',
      note: 'one view, masks by another caption of the video',
      description: `${hidesText} that the contrastive term does not see; ${onSame}`,
      guide: 'paraphrase',
    },
    {
      ...text,
      name: 'text-softened',
      note: `one view, noise of ${NOISE} deviation on the scores`,
      description: `${hidesText}, with noise on the scores; ${onSame}`,
      masking: textGuidedMasking({ ratio, noise: NOISE }),
    },
    {
      ...text,
      name: 'text-regions',
      note: `one view, as many tokens of each region of ${REGION.rows} x ${REGION.columns}`,
      description: `${hidesText}, as many in each region of ${REGION.rows} x ${REGION.columns} tokens; ${onSame}`,
      masking: textGuidedMasking({ ratio, per: REGION }),
    },
    {
      ...text,
      name: 'text-mixed',
      note: 'one view, half of the masks at random',
      description: `${hidesText}, in half of the clips at random; ${onSame}`,
      masking: mixedMasking(byText, atRandom, { share: 0.5 }),
    },
    {
      ...text,
      name: 'text-no-positions',
      note: 'contrast on the same tokens without their positions',
      description: `${hidesText}; ${onSame}, all of which stand at one place there`,
      secondView: { masking: byText, positions: 'none' },
    },
  ];
}

/** The view that meets the caption. */
export const contrastView = ({ masking, secondView }: Arm): ArmView =>
  secondView ?? { masking, positions: 'grid' };

/** Arms with one key show the contrastive term masks that tell the same. */
export function leakKey(arm: Arm): string {
  const { masking, positions } = contrastView(arm);
  const guide = masking.requires.length > 0 ? arm.guide : 'none';
  return JSON.stringify([masking.describe(), positions, guide]);
}

/** Passes of the encoder and the decoder in a step. */
export const passes = ({ reconstructs, secondView }: Arm): number =>
  (reconstructs ? 2 : 0) + (secondView || !reconstructs ? 1 : 0);
