import { causalMasking, randomMasking, windowMasking } from '@tgm/masking';
import { VIEW_CONTRASTS, type ViewContrastOptions, type ViewOptions } from '@tgm/train';
import { broadNarrowViews, type ClipView, cvrlViews, interIntraViews, longShortViews } from '@tgm/video-io';
import { small } from './small.js';

/** A way to learn from clips without words. */
export interface Method {
  readonly name: string;
  /** What it is, in a few words. */
  readonly note: string;
  /** Clips that are made of each video. */
  readonly clips: readonly ClipView[];
  /** What the encoder sees of them, by the names that the contrast uses. */
  readonly views: Readonly<Record<string, ViewOptions<object>>>;
  readonly contrast: Omit<ViewContrastOptions, 'model'>;
  /** Default that of `TRAINING`. */
  readonly learningRate?: number;
}

/**
 * What is told of a clip has to survive these changes: hues tell the objects apart, and moves to the left those to the right. So
 * colours are jittered less than in the papers, not made grey, and nothing is mirrored. Frames of 32 pixels are not blurred.
 */
const PICTURES = {
  flip: false,
  crop: { area: [0.3, 1], aspect: [3 / 4, 4 / 3] },
  colours: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.05, grey: 0, blur: 0 },
} as const;

/** The encoder sees half of the tokens of each view, which costs half and hides where shortcuts are. */
const HALF = { masking: randomMasking({ ratio: 0.5 }) };
const FIRST_AND_SECOND = { first: HALF, second: { ...HALF, clip: 1 } };

const NEAR = cvrlViews({ stride: 1, ...PICTURES });

const { predictor: _ofNnclr, ...NNCLR } = VIEW_CONTRASTS.nnclr;
const { predictor: _ofByol, ...BYOL } = VIEW_CONTRASTS.byol;

export const METHODS: readonly Method[] = [
  {
    name: 'simclr',
    note: 'two clips of anywhere, told apart within the batch',
    clips: NEAR.map((view) => ({ ...view, moment: 'any' })),
    views: FIRST_AND_SECOND,
    contrast: small(VIEW_CONTRASTS.simclr),
  },
  {
    name: 'cvrl',
    note: 'the same of clips that are near in time',
    clips: NEAR,
    views: FIRST_AND_SECOND,
    contrast: small(VIEW_CONTRASTS.cvrl),
  },
  {
    name: 'moco-v1',
    note: 'keys of a momentum encoder in a queue',
    clips: NEAR,
    views: FIRST_AND_SECOND,
    contrast: small(VIEW_CONTRASTS.mocoV1),
  },
  {
    name: 'moco-v2',
    note: 'the same with a deeper projection and a higher temperature',
    clips: NEAR,
    views: FIRST_AND_SECOND,
    contrast: small(VIEW_CONTRASTS.mocoV2),
  },
  {
    name: 'byol',
    note: 'predicts the other clip of a momentum encoder; no negatives',
    clips: NEAR,
    views: FIRST_AND_SECOND,
    contrast: small(VIEW_CONTRASTS.byol),
    learningRate: 2e-3,
  },
  {
    name: 'nnclr',
    note: 'right is the nearest clip of earlier steps',
    clips: NEAR,
    views: FIRST_AND_SECOND,
    // A hundred steps are too few for a predictor behind a deep projection with batch norm.
    contrast: small({ ...NNCLR, projection: VIEW_CONTRASTS.mocoV2.projection }),
  },
  {
    name: 'swav',
    note: 'predicts the prototypes of the other clip',
    clips: NEAR,
    views: FIRST_AND_SECOND,
    contrast: small(VIEW_CONTRASTS.swav),
  },
  {
    name: 'cpc',
    note: 'predicts later slices of the clip from its beginning',
    // Eight frames over the whole video: four slices, of which the first is the context. What comes is cropped and coloured by
    // itself, as the patches of CPC v2 are (Hénaff et al. 2020): in the same crop the background alone would tell it.
    clips: [
      { ...NEAR[0]!, sampling: { kind: 'dense', stride: 2 } },
      { ...PICTURES, moment: 'same' },
    ],
    views: {
      context: { masking: causalMasking({ ratio: 3 / 4 }) },
      later1: { masking: windowMasking({ from: 1 / 4, to: 2 / 4 }), clip: 1 },
      later2: { masking: windowMasking({ from: 2 / 4, to: 3 / 4 }), clip: 1 },
      later3: { masking: windowMasking({ from: 3 / 4, to: 1 }), clip: 1 },
    },
    // A product of raw embeddings learns nothing in a hundred steps. So they are projected and compared as SimCLR's are.
    contrast: small({
      ...VIEW_CONTRASTS.cpc,
      projection: VIEW_CONTRASTS.simclr.projection,
      similarity: 'cosine',
      temperature: VIEW_CONTRASTS.simclr.temperature,
    }),
  },
  {
    name: 'lstcl',
    note: 'moco-v2 from a short clip to a long one',
    clips: longShortViews({ short: 1, long: 2, ...PICTURES }),
    views: FIRST_AND_SECOND,
    contrast: small(VIEW_CONTRASTS.mocoV2),
  },
  {
    name: 'brave',
    note: 'a narrow clip and a broad one predict each other',
    clips: broadNarrowViews({ stride: 1, ...PICTURES }),
    views: FIRST_AND_SECOND,
    // Its predictors would need more steps; the batch norm of the projection holds embeddings apart.
    contrast: small(BYOL),
    learningRate: 2e-3,
  },
  {
    name: 'inter-intra',
    note: 'cvrl with the shuffled clip as a further negative',
    clips: interIntraViews({ stride: 2, ...PICTURES }),
    views: { ...FIRST_AND_SECOND, broken: { ...HALF, clip: 2 } },
    contrast: small({ ...VIEW_CONTRASTS.cvrl, negatives: ['broken'] }),
  },
];
