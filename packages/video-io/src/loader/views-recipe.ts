import { describer, flag, listOf, nested, oneOf, optional, optionTable, recorded } from '@tgm/options';
import { seededRandom } from '@tgm/random';
import { type ColourJitterOptions, colourJitter, colourJitterOptions } from '../augment/colour-jitter.js';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import { coin } from '../sampling/coin.js';
import { clipFrom, lastStart } from '../sampling/dense-indices.js';
import { type FrameOrder, reorderFrames } from '../sampling/frame-order.js';
import { nearbyStarts } from '../sampling/nearby-starts.js';
import {
  type RandomResizedCropOptions,
  randomResizedCrop,
  randomResizedCropOptions,
} from '../sampling/random-resized-crop.js';
import type { Size } from '../video.js';
import { CLIP_FIELDS } from './clip-fields.js';
import { type FrameSampling, frameSamplingField, framesOf } from './frame-sampling.js';
import type { ClipRecipe } from './recipe.js';
import { withinRange } from './within-range.js';

/** One clip of each sample. */
export interface ClipView {
  /** Which frames, and so how much of the video. Leave it out for a view of the same moment, which has the first one's. */
  readonly sampling?: FrameSampling;
  /**
   * When it is, beside the first view:
   *
   * - `any`, the default: drawn alone, wherever the first one is;
   * - `near`: rather near than far, by CVRL's distribution of distances; both are dense;
   * - `same`: the very frames of the first view.
   */
  readonly moment?: 'any' | 'near' | 'same';
  /** Default `forward`. */
  readonly order?: FrameOrder;
  /** Default SimCLR's: 0.08 to 1 of the area, aspects from 3/4 to 4/3. */
  readonly crop?: RandomResizedCropOptions;
  /** Mirror it by chance. Default false. Not for data sets in which left and right are labels. */
  readonly flip?: boolean;
  /** Change its colours by chance. Default: they stay. `{}` is SimCLR's change. */
  readonly colours?: ColourJitterOptions;
}

export interface ViewsRecipeOptions {
  /** T of every view. Default 16. */
  readonly frameCount?: number;
  /** Of every view. Default 224 x 224. */
  readonly size?: Size;
  /** One clip of each, in this order: `cvrlViews`, `longShortViews`, `broadNarrowViews`, `interIntraViews`, or your own. */
  readonly views: readonly ClipView[];
}

const VIEW = {
  sampling: optional(frameSamplingField()),
  moment: optional(oneOf(['any', 'near', 'same']), 'any'),
  order: optional(oneOf(['forward', 'shuffled', 'repeated']), 'forward'),
  crop: optional(randomResizedCropOptions(), {}),
  flip: optional(flag(), false),
  colours: optional(colourJitterOptions()),
} satisfies Record<keyof ClipView, unknown>;

const TABLE = optionTable(
  'viewsRecipe',
  { ...CLIP_FIELDS, views: listOf(nested(VIEW), { from: 1 }) } satisfies Record<
    keyof ViewsRecipeOptions,
    unknown
  >,
  VideoError,
);

/** Views with their defaults. */
type Views = ReturnType<typeof TABLE.check>['views'];

/**
 * Several clips of a video that say the same of it in other words: what a contrast between clips of one video compares. Each has
 * its own frames, crop, flip and colours, the same over all its frames. All have T frames of one size, since one encoder reads
 * them: a broad view sees more of the video by its stride and its crop, not by more frames.
 *
 * A view's draws are its own: the options of one change nothing in the others, but for a first view with others near to it.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function viewsRecipe(options: ViewsRecipeOptions): ClipRecipe {
  const checked = TABLE.check(options);
  const { frameCount, views } = checked;
  const size = fields.sizeOf(checked.size);
  views.forEach((view, place) => {
    requireMoment(view, place, views[0]!);
  });
  return {
    describe: describer(TABLE.where, recorded(TABLE, { ...checked, size })),
    size,
    clips: views.length,
    plan(video, range, random) {
      const key = random();
      const windows = windowsOf(views, frameCount, range.count, key);
      return views.map(({ order, crop, flip }, place) => {
        const draws = seededRandom(key, 'view', place);
        return {
          crop: randomResizedCrop(video, draws, crop),
          flip: coin(draws) && flip,
          indices: withinRange(range, reorderFrames(windows[place]!, order, draws)),
        };
      });
    },
    change(clip, random, place) {
      const colours = views[place]?.colours;
      if (colours) colourJitter(clip.frames, size, random, colours);
    },
  };
}

/** [views][T] the frames of each view in time, of a video of `count`. */
function windowsOf(views: Views, frameCount: number, count: number, key: number): number[][] {
  const alone = (place: number): number[] =>
    framesOf(views[place]!.sampling!, {
      frameCount: count,
      count: frameCount,
      random: seededRandom(key, 'frames', place),
    });
  const near = views.flatMap(({ moment }, place) => (moment === 'near' ? [place] : []));
  const together = near.length > 0 ? nearTogether(views, [0, ...near], frameCount, count, key) : undefined;
  const first = together?.get(0) ?? alone(0);
  return views.map(({ moment }, place) =>
    place === 0 || moment === 'same' ? first : (together?.get(place) ?? alone(place)),
  );
}

/** The frames of the first view and of those near to it, by their places: none begins later than all of them can. */
function nearTogether(
  views: Views,
  places: readonly number[],
  frameCount: number,
  count: number,
  key: number,
): Map<number, number[]> {
  const clips = places.map((place) => ({
    frameCount: count,
    count: frameCount,
    stride: strideOf(views[place]!),
  }));
  const last = Math.min(...clips.map(lastStart));
  const starts = nearbyStarts(places.length - 1, last, seededRandom(key, 'near'));
  return new Map(places.map((place, i) => [place, clipFrom(starts[i]!, clips[i]!)]));
}

function strideOf({ sampling }: Views[number]): number {
  return sampling?.kind === 'dense' ? sampling.stride : 1;
}

/** @throws {VideoError} `OPTION_INVALID` for a view whose frames cannot be told from its options. */
function requireMoment({ moment, sampling }: Views[number], place: number, first: Views[number]): void {
  const refuse = (option: keyof ClipView, expected: string, received: string): never => {
    throw new VideoError('OPTION_INVALID', {
      where: `viewsRecipe, option views.${place}.${option}`,
      expected,
      received,
    });
  };
  if (place === 0 && moment !== 'any') refuse('moment', '"any" of the first view', `"${moment}"`);
  if (moment === 'same' && sampling)
    refuse('sampling', 'nothing of a view of the same moment', sampling.kind);
  if (moment !== 'same' && !sampling) refuse('sampling', 'a sampling of frames', 'nothing');
  if (moment !== 'near') return;
  for (const each of [first, { sampling }]) {
    if (each.sampling!.kind !== 'dense')
      refuse('moment', '"near" between dense views alone', each.sampling!.kind);
  }
}
