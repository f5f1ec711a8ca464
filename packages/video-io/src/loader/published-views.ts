import { flag, oneOf, optional, optionTable } from '@tgm/options';
import { type ColourJitterOptions, colourJitterOptions } from '../augment/colour-jitter.js';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import { type RandomResizedCropOptions, randomResizedCropOptions } from '../sampling/random-resized-crop.js';
import type { ClipView } from './views-recipe.js';

/** How the pictures of views are changed. */
interface PictureOptions {
  /** Default CVRL's: 0.3 to 1 of the area, aspects from 1/2 to 2 (Qian et al. 2021). */
  readonly crop?: RandomResizedCropOptions;
  /** Mirror each by chance. Default true; not for data sets in which left and right are labels. */
  readonly flip?: boolean;
  /** Default SimCLR's. `{ probability: 0, grey: 0, blur: 0 }` leaves colours as they are. */
  readonly colours?: ColourJitterOptions;
}

const PICTURES = {
  crop: optional(randomResizedCropOptions(), { area: [0.3, 1], aspect: [1 / 2, 2] }),
  flip: optional(flag(), true),
  colours: optional(colourJitterOptions(), {}),
} satisfies Record<keyof PictureOptions, unknown>;

const dense = (stride: number) => ({ kind: 'dense', stride }) as const;

export interface CvrlViewsOptions extends PictureOptions {
  /** Source frames from one to the next. CVRL: 2. */
  readonly stride: number;
}

const CVRL = optionTable(
  'cvrlViews',
  { ...PICTURES, stride: fields.count() } satisfies Record<keyof CvrlViewsOptions, unknown>,
  VideoError,
);

/**
 * Two clips of a video, rather near in time than far (CVRL, Qian et al. 2021, section 3). SimCLR, MoCo, BYOL, NNCLR and SwAV on
 * video differ in what they do with them.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function cvrlViews(options: CvrlViewsOptions): readonly ClipView[] {
  const { stride, ...pictures } = CVRL.check(options);
  const sampling = dense(stride);
  return [
    { ...pictures, sampling },
    { ...pictures, sampling, moment: 'near' },
  ];
}

export interface LongShortViewsOptions extends PictureOptions {
  /** Source frames from one to the next of the short view. */
  readonly short: number;
  /** Of the long view, which has as many frames and so spans more of the video. */
  readonly long: number;
}

const LONG_SHORT = optionTable(
  'longShortViews',
  { ...PICTURES, short: fields.count(), long: fields.count() } satisfies Record<
    keyof LongShortViewsOptions,
    unknown
  >,
  VideoError,
);

/**
 * A short clip, then a long one of as many frames, each anywhere in the video: the short one has to tell what goes on around it
 * (LSTCL, Wang et al. 2022, section 3).
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function longShortViews(options: LongShortViewsOptions): readonly ClipView[] {
  const { short, long, ...pictures } = LONG_SHORT.check(options);
  return [
    { ...pictures, sampling: dense(short) },
    { ...pictures, sampling: dense(long) },
  ];
}

export interface BroadNarrowViewsOptions extends PictureOptions {
  /** Source frames from one to the next of the narrow view. */
  readonly stride: number;
  /** Crop of the broad view. Default 0.8 to 1 of the area, aspects from 3/4 to 4/3 (ours). */
  readonly broadCrop?: RandomResizedCropOptions;
}

const BROAD_NARROW = optionTable(
  'broadNarrowViews',
  {
    ...PICTURES,
    stride: fields.count(),
    broadCrop: optional(randomResizedCropOptions(), { area: [0.8, 1] }),
  } satisfies Record<keyof BroadNarrowViewsOptions, unknown>,
  VideoError,
);

/**
 * A narrow clip of a moment and a part of the picture, then a broad one of the whole video, a frame from each of T equal parts of
 * it (BraVe, Recasens et al. 2021, section 3). BraVe's broad view has more frames and an encoder of its own; here one encoder
 * reads both.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function broadNarrowViews(options: BroadNarrowViewsOptions): readonly ClipView[] {
  const { stride, broadCrop, ...pictures } = BROAD_NARROW.check(options);
  return [
    { ...pictures, sampling: dense(stride) },
    { ...pictures, sampling: { kind: 'segments' }, crop: broadCrop },
  ];
}

export interface InterIntraViewsOptions extends PictureOptions {
  /** Source frames from one to the next. */
  readonly stride: number;
  /** What breaks the third view's relations in time. Default `shuffled`. */
  readonly broken?: 'shuffled' | 'repeated';
}

const INTER_INTRA = optionTable(
  'interIntraViews',
  {
    ...PICTURES,
    stride: fields.count(),
    broken: optional(oneOf(['shuffled', 'repeated']), 'shuffled'),
  } satisfies Record<keyof InterIntraViewsOptions, unknown>,
  VideoError,
);

/**
 * Three clips of the same frames: two that belong together, and one out of order that belongs to neither, the intra-negative of the
 * inter-intra framework (Tao et al. 2020, section 3). There the second is another modality; here other crops and colours stand
 * in for it.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function interIntraViews(options: InterIntraViewsOptions): readonly ClipView[] {
  const { stride, broken, ...pictures } = INTER_INTRA.check(options);
  return [
    { ...pictures, sampling: dense(stride) },
    { ...pictures, moment: 'same' },
    { ...pictures, moment: 'same', order: broken },
  ];
}
